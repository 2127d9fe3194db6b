import { DocumentType, IntakeManifest, PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import { artefactKey, type Stage, type StageContext } from "../stage.ts";
import type { CodeBook } from "./code-book.ts";
import { recordRef } from "../store/object-ref.ts";
import { understand } from "./understand.ts";

export interface UnderstandStageOptions {
  readonly book: CodeBook;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(DocumentType).map(([name, value]) => [value, name.toLowerCase()]));

/** Turns the words of a document into its type, fields and decision. */
export function createUnderstandStage({ book }: UnderstandStageOptions): Stage<"read"> {
  return {
    name: "understand",
    input: "read",
    run: async (message, context) => {
      const { objects, tenant, signal } = context;
      const pages = await readPages(message.words, context);
      const manifest = message.head?.manifest;
      const known = manifest === undefined ? undefined : await objects.readMessage(tenant, manifest, IntakeManifest, signal);
      const understanding = understand(pages, { fileName: known?.fileName ?? "", sender: known?.sender ?? "" }, book);
      const ref = await objects.putMessage({ tenant, key: artefactKey(context, "understanding.pb") }, Understanding, understanding, signal);
      const { head, words, images } = message;
      return {
        next: { name: "understood", message: { head, understanding: ref, words, images, settledByPerson: false } },
        facts: {
          state: "understood",
          documentType: TYPE_NAMES.get(understanding.type) ?? "unspecified",
          typeConfidence: understanding.typeConfidence,
          decision: understanding.decision,
          payerId: understanding.payerId,
          understanding: recordRef(ref),
        },
      };
    },
  };
}

/** Pages one after the other: their words are small, and the order is the document's. */
async function readPages(
  refs: readonly Parameters<StageContext["objects"]["readBytes"]>[1][],
  { objects, tenant, signal }: StageContext,
): Promise<PageWords[]> {
  const pages: PageWords[] = [];
  for (const ref of refs) pages.push(await objects.readMessage(tenant, ref, PageWords, signal));
  return pages;
}
