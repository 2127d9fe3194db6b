import { DocumentType, IntakeManifest, type ObjectRef, PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { artefactKey, type Stage, type StageContext } from "../stage.ts";
import { recordRef } from "../store/object-ref.ts";
import type { CodeBook } from "./code-book.ts";
import { pagePicture } from "./page-picture.ts";
import type { DocumentLabels, PageToLabel, TextModels } from "./text-models.ts";
import { understand } from "./understand.ts";

export interface UnderstandStageOptions {
  readonly book: CodeBook;
  /** Undefined: the rules stand alone. */
  readonly models?: TextModels | undefined;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(DocumentType).map(([name, value]) => [value, name.toLowerCase()]));
/** Pages that the models look at: the first ones of a long fax say what it is about, later ones are attachments. */
const MAX_LABELED_PAGES = 20;

/** Turns the words of a document into its type, fields and decision. */
export function createUnderstandStage({ book, models }: UnderstandStageOptions): Stage<"read"> {
  return {
    name: "understand",
    input: "read",
    run: async (message, context) => {
      const { objects, tenant, signal } = context;
      const pages = await readPages(message.words, context);
      const manifest = message.head?.manifest;
      const known = manifest === undefined ? undefined : await objects.readMessage(tenant, manifest, IntakeManifest, signal);
      const labels = models === undefined ? undefined : await labelPages(models, { pages, images: message.images }, context);
      const understanding = understand(pages, { context: { fileName: known?.fileName ?? "", sender: known?.sender ?? "" }, book, labels });
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

interface ReadDocument {
  readonly pages: readonly PageWords[];
  readonly images: readonly ObjectRef[];
}

/** Undefined when the models cannot answer: rules alone send more to a person, and are never wrong for it. */
async function labelPages(models: TextModels, document: ReadDocument, context: StageContext): Promise<DocumentLabels | undefined> {
  const { objects, tenant, signal, progress, log } = context;
  const pages: PageToLabel[] = [];
  // Outside of what is caught: a stored page that is damaged or out of reach is no matter of models.
  for (const [at, words] of document.pages.slice(0, MAX_LABELED_PAGES).entries()) {
    const image = document.images[at];
    const picture = image === undefined ? undefined : await pagePicture(await objects.readBytes(tenant, image, signal));
    pages.push({ words, picture });
    progress();
  }
  try {
    return await models.label(pages, { signal, progress });
  } catch (error) {
    if (signal.aborted) throw error;
    const { code } = PayerHubError.from(error, { attempted: "labeling words" });
    log.warn("understand.models_left_out", { stage: "understand", documentId: context.documentId, code });
    return undefined;
  }
}
