import { serveSandbox } from "../../runtime/sandbox-child.ts";
import type { RecognizeEngine } from "./recognize-engine.ts";
import type { RecognizeRequest } from "./recognize-messages.ts";
import { createNativeEngine } from "./recognize-native.ts";
import { recognizePage } from "./recognize-page.ts";
import { createWasmEngine } from "./recognize-wasm.ts";

/** The entry of a recognize child. Its one argument is the path of the native program, or nothing for tesseract.js. */
function serveRecognizer(nativePath: string | undefined): void {
  // Started at once, so that the first page does not wait for what can be loaded before it comes.
  const engine: Promise<RecognizeEngine> = nativePath === undefined ? createWasmEngine() : createNativeEngine(nativePath);
  engine.catch(() => process.exit(1));
  // The parent is this product's own code: the cast restates what it sends.
  serveSandbox(async (message) => await recognizePage(await engine, message as RecognizeRequest));
}

serveRecognizer(process.argv[2]);
