import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import sharp from "sharp";
import { createWorker, OEM, PSM } from "tesseract.js";

/** Pages of one fax that are looked at. */
const MAX_PAGES = 20;

/** An OCR engine and nothing else: what any pipeline around it has to be measured against. */
export interface BareOcr {
  /** Milliseconds from bytes to words, page after page. */
  timeDocument(tiff: Uint8Array): Promise<number>;
  stop(): Promise<void>;
}

/** The native program where the product would use one, else tesseract.js. */
export async function bareOcr(program: string | undefined): Promise<BareOcr> {
  return program === undefined ? await bareTesseractJs() : bareNative(program);
}

function bareNative(program: string): BareOcr {
  const read = async (png: Buffer) => {
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", OMP_THREAD_LIMIT: "1" };
    const child = spawn(program, ["stdin", "stdout", "--oem", "1", "--psm", "3", "tsv"], { stdio: ["pipe", "pipe", "ignore"], env });
    child.stdin.end(png);
    child.stdout.resume();
    await finished(child.stdout);
  };
  return { timeDocument: async (tiff) => await timePages(tiff, read), stop: async () => {} };
}

async function bareTesseractJs(): Promise<BareOcr> {
  const require = createRequire(import.meta.url);
  const langPath = `${dirname(require.resolve("@tesseract.js-data/eng/package.json"))}/4.0.0_best_int`;
  const worker = await createWorker("eng", OEM.LSTM_ONLY, { langPath, gzip: true, cacheMethod: "none" });
  await worker.setParameters({ tessedit_pageseg_mode: PSM.AUTO });
  const read = async (png: Buffer) => void (await worker.recognize(png, {}, { text: false, blocks: true }));
  return { timeDocument: async (tiff) => await timePages(tiff, read), stop: async () => void (await worker.terminate()) };
}

async function timePages(tiff: Uint8Array, read: (png: Buffer) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const { pages = 1 } = await sharp(tiff).metadata();
  for (let page = 0; page < Math.min(pages, MAX_PAGES); page++) await read(await sharp(tiff, { page }).png().toBuffer());
  return performance.now() - startedAt;
}
