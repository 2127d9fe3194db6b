import { spawn } from "node:child_process";
import { PayerHubError } from "../../runtime/error.ts";
import { encodePgm } from "./gray.ts";
import { PAGE_SEGMENTATION_MODE, type RecognizeEngine } from "./recognize-engine.ts";
import { parseTesseractTsv } from "./recognize-tsv.ts";

/** Largest TSV taken from the program: 10,000 words are about 600 kB. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Adapter to the `tesseract` program at `path`, one single-threaded process a picture, pixels by standard input. */
export async function createNativeEngine(path: string): Promise<RecognizeEngine> {
  const banner = await runTesseract(path, ["--version"], new Uint8Array());
  const version = /tesseract v?(\S+)/.exec(banner)?.[1] ?? "unknown";
  return {
    name: `tesseract ${version} native`,
    read: async (picture, { segmentation, dpi }) => {
      const args = [
        "stdin",
        "stdout",
        "--oem",
        "1",
        "--psm",
        PAGE_SEGMENTATION_MODE[segmentation],
        "--dpi",
        String(Math.round(dpi)),
        "tsv",
      ];
      return parseTesseractTsv(await runTesseract(path, args, encodePgm(picture)));
    },
    close: async () => {},
  };
}

async function runTesseract(path: string, args: readonly string[], input: Uint8Array): Promise<string> {
  const child = spawn(path, args, { stdio: ["pipe", "pipe", "ignore"] });
  // The program may end before it has read everything: its exit status says so.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
    else chunks.push(chunk);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) => reject(new PayerHubError("UNAVAILABLE", "run tesseract: the program does not start", { cause })));
    child.once("close", (code) => resolve(code));
  });
  if (status !== 0) throw new PayerHubError("INTERNAL", `run tesseract: it ended with status "${status}", 0 is required`);
  return Buffer.concat(chunks).toString("utf8");
}
