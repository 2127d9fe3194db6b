import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import { addedTokenSchema } from "./added-tokens.ts";

/** Faults that an error names. */
const MAX_ISSUES = 3;

const vocabularySchema = z.record(z.string(), z.int().nonnegative());
/** Written as "left right" by older libraries, as a pair by newer ones. */
const mergeSchema = z.union([z.tuple([z.string(), z.string()]), z.string()]);

const wordPieceSchema = z.object({
  type: z.literal("WordPiece"),
  unk_token: z.string(),
  continuing_subword_prefix: z.string(),
  max_input_chars_per_word: z.int().positive(),
  vocab: vocabularySchema,
});

const bytePairsSchema = z.object({
  type: z.literal("BPE"),
  dropout: z.union([z.null(), z.literal(0)]).default(null),
  continuing_subword_prefix: z.union([z.null(), z.literal("")]).default(null),
  end_of_word_suffix: z.union([z.null(), z.literal("")]).default(null),
  byte_fallback: z.literal(false).default(false),
  ignore_merges: z.literal(false).default(false),
  vocab: vocabularySchema,
  merges: z.array(mergeSchema),
});

const bertNormalizerSchema = z.object({
  type: z.literal("BertNormalizer"),
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.boolean().nullable(),
  lowercase: z.boolean(),
});

const byteLevelSchema = z.object({
  type: z.literal("ByteLevel"),
  add_prefix_space: z.boolean(),
  trim_offsets: z.boolean(),
  use_regex: z.literal(true).default(true),
});

const framedSchema = z.tuple([z.string(), z.int().nonnegative()]);

const templateSchema = z.object({
  type: z.literal("TemplateProcessing"),
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.int() }) }),
      z.object({ Sequence: z.object({ id: z.literal("A"), type_id: z.int() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().nonnegative()) })),
});

const postProcessorSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("BertProcessing"), sep: framedSchema, cls: framedSchema }),
  z.object({
    type: z.literal("RobertaProcessing"),
    sep: framedSchema,
    cls: framedSchema,
    trim_offsets: z.boolean(),
    add_prefix_space: z.boolean(),
  }),
  byteLevelSchema,
  templateSchema,
]);

const base = { version: z.literal("1.0"), added_tokens: z.array(addedTokenSchema), post_processor: postProcessorSchema.nullable() };

const wordPieceFileSchema = z.object({
  ...base,
  normalizer: bertNormalizerSchema.nullable(),
  pre_tokenizer: z.object({ type: z.literal("BertPreTokenizer") }),
  model: wordPieceSchema,
});

const bytePairFileSchema = z.object({ ...base, normalizer: z.null(), pre_tokenizer: byteLevelSchema, model: bytePairsSchema });

export type WordPieceFile = z.infer<typeof wordPieceFileSchema>;
export type BytePairFile = z.infer<typeof bytePairFileSchema>;
/** The two families of tokenizer.json that are read; keys that change nothing here (decoder, truncation, padding) are ignored. */
export type TokenizerFile = WordPieceFile | BytePairFile;
export type PostProcessor = z.infer<typeof postProcessorSchema>;

export function isBytePairFile(file: TokenizerFile): file is BytePairFile {
  return file.model.type === "BPE";
}

/** Reads a tokenizer.json. UNIMPLEMENTED, with what does not fit, for any other family or option: never other ids than Python's. */
export function parseTokenizerFile(json: unknown): TokenizerFile {
  const family = z.object({ model: z.object({ type: z.string() }) }).safeParse(json);
  const type = family.data?.model.type ?? "none";
  if (type !== "BPE" && type !== "WordPiece") throw refused(`its model is "${type}"`);
  const parsed = type === "BPE" ? bytePairFileSchema.safeParse(json) : wordPieceFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => `${path.join(".")} is not read (${message})`);
  throw refused(issues.join("; "));
}

function refused(states: string): PayerHubError {
  return new PayerHubError(
    "UNIMPLEMENTED",
    `reading a tokenizer.json: ${states}, it must be WordPiece behind BertNormalizer and BertPreTokenizer, or BPE behind ByteLevel`,
  );
}
