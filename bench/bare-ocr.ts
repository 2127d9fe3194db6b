import { createRequire } from "node:module";
import { dirname } from "node:path";
import sharp from "sharp";
import { createWorker, OEM, PSM } from "tesseract.js";

/** Pages of one fax that are looked at. */
const MAX_PAGES = 20;

/** tesseract.js and nothing else: what any pipeline around it has to be measured against. */
export async function bareOcr(): Promise<{ timeDocument(tiff: Uint8Array): Promise<number>; stop(): Promise<void> }> {
  const require = createRequire(import.meta.url);
  const langPath = `${dirname(require.resolve("@tesseract.js-data/eng/package.json"))}/4.0.0_best_int`;
  const worker = await createWorker("eng", OEM.LSTM_ONLY, { langPath, gzip: true, cacheMethod: "none" });
  await worker.setParameters({ tessedit_pageseg_mode: PSM.AUTO });
  return {
    /** Milliseconds from bytes to words, page after page. */
    timeDocument: async (tiff) => {
      const startedAt = performance.now();
      const { pages = 1 } = await sharp(tiff).metadata();
      for (let page = 0; page < Math.min(pages, MAX_PAGES); page++) {
        const png = await sharp(tiff, { page }).png().toBuffer();
        await worker.recognize(png, {}, { text: false, blocks: true });
      }
      return performance.now() - startedAt;
    },
    stop: async () => void (await worker.terminate()),
  };
}
