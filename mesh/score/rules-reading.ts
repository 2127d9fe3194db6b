import { DocumentType, TextSource } from "../../proto/document/v1/document.pb.ts";
import { fieldSpecName } from "../fields.ts";
import type { Evidence } from "./evidence.ts";
import { hitIf } from "./rule.ts";
import type { Rule, RuleHit } from "./rule.ts";

/** What can be wrong with how a document was read and understood. */
export const READING_RULES: readonly Rule[] = [
  {
    id: "document.adverse_event",
    effect: "note",
    text: "a page mentions an adverse event, which starts a safety report of its own",
    hits: ({ understanding }) => hitIf(understanding.adverseEventMention),
  },
  {
    id: "document.language",
    effect: "blocking",
    text: "the document's language is not one that the rules were made for",
    hits: ({ understanding }, config) => hitIf(!config.languages.includes(understanding.language.split("-")[0] || "und")),
  },
  {
    id: "document.pages",
    effect: "blocking",
    text: "the document has more pages than pass without a person",
    hits: ({ pages }, config) => hitIf(pages.length > config.maxPages),
  },
  {
    id: "document.type_uncertain",
    effect: "blocking",
    text: "the document's type is not certain enough",
    hits: ({ understanding }, config) => hitIf(!(understanding.typeConfidence >= config.typeThreshold)),
  },
  {
    id: "document.type_unknown",
    effect: "blocking",
    text: "the document is of no type that a hub acts on",
    hits: ({ understanding, actedOn }) => hitIf(!actedOn.known || understanding.type === DocumentType.OTHER),
  },
  {
    id: "field.conflict",
    effect: "blocking",
    text: "the document gives two values for one field",
    hits: conflicts,
  },
  {
    id: "field.low_confidence",
    effect: "blocking",
    text: "a field that the hub acts on is not certain enough",
    hits: ({ actedOn }, config) =>
      actedOn.found.filter((field) => !(field.confidence >= config.fieldThreshold)).map(({ name }) => ({ field: name })),
  },
  {
    id: "field.missing",
    effect: "blocking",
    text: "a field that the hub acts on was not found",
    hits: ({ actedOn }) => actedOn.missing.map((field) => ({ field })),
  },
  {
    id: "page.unreadable",
    effect: "blocking",
    text: "a page could hardly be read",
    hits: ({ pages }, config) => hitIf(pages.every(isBlank) || pages.some((page) => isUnreadable(page, config.pageConfidenceThreshold))),
  },
  {
    id: "payer.unknown",
    effect: "blocking",
    text: "the payer is not in the payer list",
    hits: ({ understanding, fields }) => hitIf(understanding.payerId === "" && needsPayer(understanding.type, fields.text("payer.name"))),
  },
];

/** Clinical documents name no payer; the case they belong to does. */
const PAYER_FREE: ReadonlySet<DocumentType> = new Set([DocumentType.MEDICAL_RECORD, DocumentType.PRESCRIPTION, DocumentType.LAB_RESULT]);

function needsPayer(type: DocumentType, named: string | undefined): boolean {
  return !PAYER_FREE.has(type) || named !== undefined;
}

/** Names without an index that come twice with different values. */
function conflicts({ fields }: Evidence): readonly RuleHit[] {
  const first = new Map<string, string>();
  const hits = new Set<string>();
  for (const { name, value } of fields.all) {
    const known = first.get(name);
    if (known === undefined) first.set(name, value);
    else if (known !== value && value !== "") hits.add(fieldSpecName(name));
  }
  return Array.from(hits, (field) => ({ field }));
}

type Page = Evidence["pages"][number];

function isBlank(page: Page): boolean {
  return page.source === TextSource.BLANK || page.words.length === 0;
}

function isUnreadable(page: Page, threshold: number): boolean {
  if (page.failure !== "") return true;
  if (page.source !== TextSource.OCR || page.words.length === 0) return false;
  return page.words.reduce((sum, word) => sum + word.confidence, 0) / page.words.length < threshold;
}
