import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import { createSandboxPool, type SandboxPool } from "../../runtime/sandbox.ts";
import type { ReadConfig } from "./config.ts";

/** JavaScript heap of a child; pixels live outside it. */
const MAX_HEAP_MIB = 256;

/** The two kinds of children that documents pass through. */
export interface ReadPools {
  readonly decode: SandboxPool;
  readonly recognize: SandboxPool;
  /** Kills every child; resolves when none is left. */
  stop(): Promise<void>;
}

/**
 * Builds the pools; children start with the first page. Throws FAILED_PRECONDITION when the configuration asks for the
 * native program and there is none.
 */
export async function createReadPools(config: ReadConfig): Promise<ReadPools> {
  const native = config.engine === "tesseract.js" ? undefined : await nativeProgram(config);
  if (config.engine === "tesseract" && native === undefined) {
    throw new PayerHubError(
      "FAILED_PRECONDITION",
      'start recognizer "tesseract": the program is not on the search path, install it or choose tesseract.js',
    );
  }
  const limits = { maxHeapMiB: MAX_HEAP_MIB, nice: config.nice, maxQueue: config.maxQueue };
  const decode = createSandboxPool({
    ...limits,
    script: new URL("./decode-child.ts", import.meta.url),
    args: [],
    size: config.decoders,
    maxRssBytes: config.decodeMaxRssBytes,
    cpuSeconds: config.decodeDeadlineMs / 1000,
    recycleAfter: config.decodeRecycleAfter,
  });
  const recognize = createSandboxPool({
    ...limits,
    script: new URL("./recognize-child.ts", import.meta.url),
    args: native === undefined ? [] : [native],
    size: config.recognizers,
    maxRssBytes: config.recognizeMaxRssBytes,
    cpuSeconds: config.recognizeDeadlineMs / 1000,
    recycleAfter: config.recognizeRecycleAfter,
  });
  const stop = async () => {
    await Promise.all([decode.stop(), recognize.stop()]);
  };
  return { decode, recognize, stop };
}

async function nativeProgram({ program, searchPath }: ReadConfig): Promise<string | undefined> {
  const candidates = program === undefined ? searchPath.map((folder) => join(folder, "tesseract")) : [program];
  for (const path of candidates) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  if (program === undefined) return undefined;
  throw new PayerHubError("FAILED_PRECONDITION", `start recognizer "${program}": no such program, it must exist and be executable`);
}
