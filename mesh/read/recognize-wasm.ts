import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createWorker, OEM, type PSM } from "tesseract.js";
import { encodePgm } from "./gray.ts";
import { PAGE_SEGMENTATION_MODE, type RecognizeEngine } from "./recognize-engine.ts";
import { parseTesseractTsv } from "./recognize-tsv.ts";

/** The integer version of the best network: what fits the LSTM-only WebAssembly core. */
const LANGUAGE_FOLDER = "4.0.0_best_int";

/** Adapter to tesseract.js with the language data of the npm package, from disk: nothing is downloaded or cached. */
export async function createWasmEngine(): Promise<RecognizeEngine> {
  const require = createRequire(import.meta.url);
  const langPath = join(dirname(require.resolve("@tesseract.js-data/eng/package.json")), LANGUAGE_FOLDER);
  const worker = await createWorker("eng", OEM.LSTM_ONLY, { langPath, cacheMethod: "none", gzip: true });
  // Faxes are never white on black: without the second try lines of low confidence cost half.
  await worker.setParameters({ tessedit_do_invert: "0" });
  let mode = "";
  return {
    name: "tesseract.js 7.0.0 best_int",
    read: async (picture, { segmentation, dpi }) => {
      const wanted = `${segmentation} ${Math.round(dpi)}`;
      if (mode !== wanted) {
        await worker.setParameters({
          tessedit_pageseg_mode: PAGE_SEGMENTATION_MODE[segmentation] as PSM,
          user_defined_dpi: String(Math.round(dpi)),
        });
        mode = wanted;
      }
      const { data } = await worker.recognize(Buffer.from(encodePgm(picture)), {}, { text: false, tsv: true });
      return parseTesseractTsv(data.tsv ?? "");
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
