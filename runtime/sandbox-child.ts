import { CODES, type Code, PayerHubError } from "./error.ts";

/** What the parent sends: one request at a time. */
export interface SandboxRequest {
  readonly id: number;
  readonly request: unknown;
}

/** What the child answers: a response, or the code and text of a typed error. */
export type SandboxAnswer =
  | { readonly id: number; readonly ok: true; readonly response: unknown }
  | { readonly id: number; readonly ok: false; readonly code: Code; readonly message: string };

/**
 * Runs in the child: answers every request of the parent with what `handle` returns or throws. A PayerHubError keeps its
 * code and text; anything else becomes INTERNAL without its text, which may hold document content. The process ends when
 * the parent goes away.
 */
export function serveSandbox(handle: (request: unknown) => Promise<unknown>): void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: unknown) => {
    if (!isRequest(message)) return;
    void answer(handle, message).then((reply) => process.send?.(reply));
  });
}

async function answer(handle: (request: unknown) => Promise<unknown>, message: SandboxRequest): Promise<SandboxAnswer> {
  try {
    return { id: message.id, ok: true, response: await handle(message.request) };
  } catch (caught) {
    // A WebAssembly trap leaves its instance in an unknown state: the parent takes an exit as the signal to respawn.
    if (caught instanceof Error && caught.name === "RuntimeError") process.exit(70);
    const error = PayerHubError.from(caught, { attempted: "handle sandboxed request" });
    return { id: message.id, ok: false, code: error.code, message: error.message };
  }
}

function isRequest(message: unknown): message is SandboxRequest {
  return typeof message === "object" && message !== null && "id" in message && "request" in message;
}

/** True for what `serveSandbox` sends; the parent must not trust a child that a hostile document may have taken over. */
export function isSandboxAnswer(message: unknown): message is SandboxAnswer {
  if (typeof message !== "object" || message === null || !("id" in message) || !("ok" in message)) return false;
  if (message.ok === true) return "response" in message;
  return (
    "code" in message &&
    typeof message.code === "string" &&
    message.code in CODES &&
    "message" in message &&
    typeof message.message === "string"
  );
}
