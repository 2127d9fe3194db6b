import sharp from "sharp";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import type { Case } from "./case.ts";
import { type CodeSets, loadCodeSets } from "./code-sets.ts";
import { decisionValues } from "./documents/decisions.ts";
import type { Extent } from "./documents/draft.ts";
import { type DrawnDocument, drawDocument } from "./documents/draw-document.ts";
import { kindOf } from "./documents/kinds.ts";
import type { Layout } from "./draw/style.ts";
import { toGray } from "./fax/bitmap.ts";
import { type Rotation, rasterOf, sendPages, type SpoiledPage } from "./fax/channel.ts";
import type { Coding } from "./fax/encode.ts";
import { writeScanPdf } from "./fax/scan-pdf.ts";
import { writeFaxTiff } from "./fax/tiff.ts";
import { type Flaw, planFlaw } from "./flaws.ts";
import { createRandom, type Random } from "./random.ts";
import type { Expected, Quality, Truth, TruthPage } from "./truth.ts";

export type Format = "tiff" | "pdf" | "scan-pdf" | "png" | "jpeg";

export interface DocumentRequest {
  readonly seed: number | string;
  readonly type: DocumentType;
  readonly quality: Quality;
  readonly payerId?: string;
  readonly layout?: Layout;
  readonly extent?: Extent;
  /** Smallest body size in points; 8 when not given. */
  readonly minSize?: number;
  /** File format of a raster class; drawn when not given. PNG and JPEG hold one page: longer documents become a scan PDF. */
  readonly format?: Format;
  readonly flaw?: Flaw;
  /** Decision of a determination letter. */
  readonly decision?: string;
  /** Quarter turns by page number. */
  readonly rotations?: ReadonlyMap<number, Rotation>;
  readonly fileName?: string;
  /** Read once by callers that generate many documents. */
  readonly codes?: CodeSets;
}

export interface GeneratedDocument {
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly truth: Truth;
}

interface Packed {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly extension: string;
  readonly pages: readonly TruthPage[];
}

/** Generates one document with its ground truth. The same request gives the same bytes. */
export async function generateDocument(request: DocumentRequest): Promise<GeneratedDocument> {
  const random = createRandom(`${request.seed}/${request.type}`);
  const flaw = request.flaw === undefined ? undefined : planFlaw(request.flaw, request.type, random.fork("flaw"));
  const { decision } = request;
  const drawn = await drawDocument({
    kind: kindOf(request.type),
    random,
    codes: request.codes ?? loadCodeSets(),
    ...pickDefined(request, ["payerId", "layout", "minSize", "extent"]),
    ...(decision === undefined ? {} : { force: (story: Case, stream: Random) => decisionValues(story, stream, decision) }),
    faxHeader: request.quality.resolution !== "pdf" && request.quality.family === "fax" && random.fork("header").chance(0.7),
    ...flaw?.draw,
  });
  const packed = await pack(drawn, request, random.fork("channel"));
  const fileName = `${request.fileName ?? `document-${random.fork("name").digits(6)}`}.${packed.extension}`;
  const expected = expectedOutcome(request, flaw?.why);
  return {
    fileName,
    bytes: packed.bytes,
    mediaType: packed.mediaType,
    truth: toTruth(drawn, { request, fileName, expected, pages: packed.pages }),
  };
}

function pickDefined<Key extends keyof DocumentRequest>(
  request: DocumentRequest,
  keys: readonly Key[],
): Partial<Pick<DocumentRequest, Key>> {
  return Object.fromEntries(keys.flatMap((key) => (request[key] === undefined ? [] : [[key, request[key]]]))) as Partial<
    Pick<DocumentRequest, Key>
  >;
}

async function pack(drawn: DrawnDocument, request: DocumentRequest, random: Random): Promise<Packed> {
  const { drawing } = drawn;
  if (request.quality.resolution === "pdf") {
    const page: TruthPage = {
      widthPt: 612,
      heightPt: 792,
      widthPx: 0,
      heightPx: 0,
      dpiX: 72,
      dpiY: 72,
      rotation: 0,
      transform: [1, 0, 0, 1, 0, 0],
    };
    return {
      bytes: drawing.pdf,
      mediaType: "application/pdf",
      extension: "pdf",
      pages: Array.from({ length: drawing.pageCount }, () => page),
    };
  }
  const pages = await sendPages(drawing.pdf, {
    quality: request.quality,
    random,
    ...(request.rotations === undefined ? {} : { rotations: request.rotations }),
  });
  const format = chooseFormat(request, pages.length, random.fork("format"));
  const truths = pages.map((page) => page.truth);
  if (format === "tiff") return { ...packTiff(pages, request, random.fork("tiff")), pages: truths };
  if (format === "scan-pdf" || format === "pdf")
    return { bytes: writeScanPdf(pages), mediaType: "application/pdf", extension: "pdf", pages: truths };
  return { ...(await packImage(pages, format)), pages: truths };
}

function chooseFormat(request: DocumentRequest, pageCount: number, random: Random): Format {
  const drawn: Format = request.quality.resolution === "scan200" ? random.pick(["tiff", "scan-pdf", "png", "jpeg"]) : "tiff";
  const wanted = request.format ?? drawn;
  return pageCount > 1 && (wanted === "png" || wanted === "jpeg") ? "scan-pdf" : wanted;
}

function packTiff(pages: readonly SpoiledPage[], request: DocumentRequest, random: Random): Omit<Packed, "pages"> {
  const coding: Coding = random.pick(["g3-1d", "g3-2d", "g4"]);
  const { resolution } = request.quality;
  const raster = rasterOf(resolution === "pdf" ? "scan200" : resolution);
  const bytes = writeFaxTiff(
    pages.map((page) => page.bitmap),
    { coding, dpiX: raster.dpiX, dpiY: raster.dpiY, fillOrder: random.pick([1, 2]) },
  );
  return { bytes, mediaType: "image/tiff", extension: "tif" };
}

async function packImage(pages: readonly SpoiledPage[], format: "png" | "jpeg"): Promise<Omit<Packed, "pages">> {
  const page = pages[0];
  if (page === undefined) throw new RangeError('packing an image of "0" pages: the drawing is empty, it must have one page');
  const { width, height, data } = page.gray ?? toGray(page.bitmap);
  const image = sharp(data, { raw: { width, height, channels: 1 } }).withMetadata({ density: page.truth.dpiX });
  if (format === "png") return { bytes: await image.png({ compressionLevel: 6 }).toBuffer(), mediaType: "image/png", extension: "png" };
  return { bytes: await image.jpeg({ quality: 82 }).toBuffer(), mediaType: "image/jpeg", extension: "jpg" };
}

/** What the product should do, by construction: never measured on the product itself. */
function expectedOutcome(request: DocumentRequest, flaw: string | undefined): Expected {
  const { resolution, level } = request.quality;
  if (request.type === DocumentType.OTHER) return { outcome: "review", why: "no document type that a hub acts on" };
  if (flaw !== undefined) return { outcome: "review", why: flaw };
  if (resolution === "pdf") return { outcome: "auto", why: "complete, with a text layer" };
  if (level === "bad") return { outcome: "review", why: `${resolution} page in bad condition` };
  if (resolution === "standard") return { outcome: "any", why: "standard resolution: legible, but codes may not be certain" };
  return { outcome: "auto", why: `complete, ${level} ${resolution} page` };
}

interface TruthParts {
  readonly request: DocumentRequest;
  readonly fileName: string;
  readonly expected: Expected;
  readonly pages: readonly TruthPage[];
}

function toTruth(drawn: DrawnDocument, parts: TruthParts): Truth {
  const { drawing, story, style } = drawn;
  return {
    seed: String(parts.request.seed),
    fileName: parts.fileName,
    documentType: parts.request.type,
    decision: drawn.decision,
    payerId: story.payer.payer.id,
    caseId: story.id,
    layout: style.layout,
    font: style.font.name,
    pages: [...parts.pages],
    fields: [...drawing.fields],
    words: [...drawing.words],
    checkboxes: [...drawing.checkboxes],
    expected: parts.expected,
    quality: parts.request.quality,
  };
}
