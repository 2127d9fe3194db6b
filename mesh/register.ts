import type { Stage } from "./stage.ts";

/**
 * Makes a document known to the store; the pull loop inserts the record before any stage runs. The edge gives up its own
 * copy of the event once the store knows the document, so this must not wait behind the reading queue.
 */
export function createRegisterStage(): Stage<"received"> {
  return { name: "register", input: "received", run: async () => await Promise.resolve({ next: undefined, facts: {} }) };
}
