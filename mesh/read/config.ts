import { z } from "zod";

const MIB = 1024 * 1024;

/** Limits and choices of the read stage. Every limit is per document or per page and ends in a typed error. */
export const readConfigSchema = z.strictObject({
  /** `auto` takes the native program when there is one, else tesseract.js. */
  engine: z.enum(["auto", "tesseract", "tesseract.js"]).default("auto"),
  /** Path of the native program; without one the search path is looked through. */
  program: z.string().min(1).optional(),
  /** Folders searched for the native program. */
  searchPath: z.array(z.string()).default(["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]),
  /** Recognize children, best one a core: each page of a document may use one. */
  recognizers: z.number().int().min(1).max(64).default(2),
  /** Decode children: one document at a time each. */
  decoders: z.number().int().min(1).max(64).default(2),
  /** Callers waiting for a child. Pages wait in their document, so this bounds documents in flight times pages at once. */
  maxQueue: z.number().int().min(1).default(256),
  maxPages: z.number().int().min(1).default(500),
  /** A superfine letter page has 15 million, a 600-dpi one 34. */
  maxPixelsPerPage: z.number().int().min(1).default(40_000_000),
  decodeMaxRssBytes: z
    .number()
    .int()
    .default(1024 * MIB),
  recognizeMaxRssBytes: z
    .number()
    .int()
    .default(1024 * MIB),
  /** Time to check and open a document. */
  openDeadlineMs: z.number().int().default(30_000),
  /** Time to decode and prepare one page. */
  decodeDeadlineMs: z.number().int().default(30_000),
  /** Time to read one page twice. */
  recognizeDeadlineMs: z.number().int().default(90_000),
  /** Requests after which a child is replaced: native memory grows with use. */
  decodeRecycleAfter: z.number().int().min(1).default(400),
  recognizeRecycleAfter: z.number().int().min(1).default(60),
  /** Nice value of the children, 0..19. */
  nice: z.number().int().min(0).max(19).default(5),
});

export type ReadConfig = Readonly<z.infer<typeof readConfigSchema>>;

/** Checks and freezes; throws a ZodError that names the wrong keys. */
export function createReadConfig(input: z.input<typeof readConfigSchema> = {}): ReadConfig {
  return Object.freeze(readConfigSchema.parse(input));
}

/** The reader that the environment names: OCR_ENGINE and TESSERACT_BIN, as in a mesh process. For tools that read outside of one. */
export function readConfigFrom(env: Readonly<Record<string, string | undefined>> = process.env): ReadConfig {
  return Object.freeze(readConfigSchema.parse({ engine: env["OCR_ENGINE"], program: env["TESSERACT_BIN"] }));
}
