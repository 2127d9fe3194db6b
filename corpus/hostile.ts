import { once } from "node:events";
import { createDeflate, deflateSync } from "node:zlib";
import PDFDocument from "pdfkit";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import { foreignPage } from "./foreign-page.ts";
import { blankBitmap } from "./fax/bitmap.ts";
import { encodeFax } from "./fax/encode.ts";
import { assemblePdf } from "./fax/scan-pdf.ts";
import { writeFaxTiff, writeStrips } from "./fax/tiff.ts";
import { generateDocument } from "./generate.ts";
import { createRandom, type Random } from "./random.ts";

export type HostileOutcome = "auto" | "review" | "quarantined" | "duplicate";

/** One bad input and the ends that are right for it. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Any of these is right; the first is the usual one. */
  readonly expect: readonly HostileOutcome[];
}

/** Pages of the long fax. */
const LONG_FAX_PAGES = 300;
/** Side of the picture that claims far more pixels than its bytes can hold, in pixels. */
const HUGE_SIDE = 60_000;
/** What the bomb's content stream grows to, in bytes, and the piece it is made of. */
const BOMB_BYTES = 256 * 1024 * 1024;
const BOMB_CHUNK = 1024 * 1024;
/** Fine fax: dots and lines per inch. */
const FINE = { dpiX: 204, dpiY: 196 } as const;

/** The bad-input set. Deterministic; the last file repeats the first byte for byte, so submit them in order. */
export async function hostileFiles(seed: number | string): Promise<HostileFile[]> {
  const random = createRandom(`${seed}/hostile`);
  const good = await goodFax(seed);
  return [
    { name: "good.tif", bytes: good, expect: ["auto"] },
    { name: "empty.pdf", bytes: new Uint8Array(0), expect: ["quarantined"] },
    { name: "truncated.tif", bytes: good.slice(0, Math.floor(good.length * 0.4)), expect: ["quarantined", "review"] },
    { name: "encrypted.pdf", bytes: await encryptedPdf(), expect: ["quarantined"] },
    { name: "huge.tif", bytes: hugeTiff(), expect: ["quarantined"] },
    { name: "bomb.pdf", bytes: await bombPdf(), expect: ["quarantined", "review"] },
    { name: "wrong-extension.pdf", bytes: good.slice(), expect: ["duplicate"] },
    { name: "wrong-extension-new.pdf", bytes: await pngPage(seed), expect: ["auto", "review"] },
    { name: "program.tif", bytes: executable("elf", random), expect: ["quarantined"] },
    { name: "program.pdf", bytes: executable("mz", random), expect: ["quarantined"] },
    { name: "garbage.pdf", bytes: garbagePdf(random), expect: ["quarantined"] },
    { name: "long.tif", bytes: longFax(), expect: ["review", "quarantined"] },
    { name: "foreign-language-es.tif", bytes: await foreignPage("es"), expect: ["review"] },
    { name: "foreign-language-ru.tif", bytes: await foreignPage("ru"), expect: ["review"] },
    { name: "blank.tif", bytes: writeFaxTiff([blankBitmap(1728, 2156)], { ...FINE, coding: "g4", fillOrder: 1 }), expect: ["review"] },
    { name: "duplicate.tif", bytes: good.slice(), expect: ["duplicate"] },
  ];
}

async function goodFax(seed: number | string): Promise<Uint8Array> {
  const document = await generateDocument({
    seed: `${seed}/good`,
    type: DocumentType.DETERMINATION_LETTER,
    quality: { resolution: "fine", level: "clean", family: "fax" },
    layout: "form",
    extent: "short",
    minSize: 10,
    decision: "approved",
  });
  return document.bytes;
}

async function pngPage(seed: number | string): Promise<Uint8Array> {
  const document = await generateDocument({
    seed: `${seed}/png`,
    type: DocumentType.PRESCRIPTION,
    quality: { resolution: "scan200", level: "clean", family: "fax" },
    layout: "form",
    format: "png",
    minSize: 10,
  });
  return document.bytes;
}

/** A PDF that opens only with a password: standard security handler, 128-bit RC4. */
async function encryptedPdf(): Promise<Uint8Array> {
  const created = new Date("2026-01-01T12:00:00Z");
  const document = new PDFDocument({
    pdfVersion: "1.4",
    userPassword: "sealed",
    ownerPassword: "sealed",
    info: { CreationDate: created, ModDate: created },
  });
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  document.text("Notice of coverage determination. This file asks for a password.");
  document.end();
  await once(document, "end");
  return Buffer.concat(chunks);
}

/** One white T.6 line is one bit: 60,000 lines of 60,000 pixels in about 8 kB. */
function hugeTiff(): Uint8Array {
  const strip = new Uint8Array(Math.ceil(HUGE_SIDE / 8)).fill(0xff);
  return writeStrips([{ width: HUGE_SIDE, height: HUGE_SIDE, strip }], { ...FINE, coding: "g4", fillOrder: 1 });
}

/** A content stream of blanks behind two Flate layers: about a kilobyte that grows to 256 MiB. */
async function bombPdf(): Promise<Uint8Array> {
  const deflate = createDeflate({ level: 9 });
  const chunks: Uint8Array[] = [];
  deflate.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const blanks = Buffer.alloc(BOMB_CHUNK, " ");
  for (let written = 0; written < BOMB_BYTES; written += BOMB_CHUNK) if (!deflate.write(blanks)) await once(deflate, "drain");
  deflate.end();
  await once(deflate, "end");
  const data = deflateSync(Buffer.concat(chunks), { level: 9 });
  const stream = Buffer.concat([
    Buffer.from(`<< /Filter [/FlateDecode /FlateDecode] /Length ${data.length} >>\nstream\n`),
    data,
    Buffer.from("\nendstream"),
  ]);
  return assemblePdf([
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
    Buffer.from("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << >> >>"),
    stream,
  ]);
}

function executable(kind: "elf" | "mz", random: Random): Uint8Array {
  const head = kind === "elf" ? [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] : [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0];
  return Uint8Array.from([...head, ...Array.from({ length: 4088 }, () => random.int(0, 255))]);
}

function garbagePdf(random: Random): Uint8Array {
  return Buffer.concat([Buffer.from("%PDF-1.7\n"), Uint8Array.from({ length: 3000 }, () => random.int(0, 255)), Buffer.from("\n%%EOF\n")]);
}

/** Three hundred pages with a few rules each: cheap to make, not cheap to read. */
function longFax(): Uint8Array {
  const page = blankBitmap(1728, 2156);
  for (const row of [300, 301, 302, 900, 901, 902, 1800, 1801, 1802]) page.data.fill(1, row * 1728 + 200, row * 1728 + 1500);
  const strip = encodeFax(page, "g4");
  const pages = Array.from({ length: LONG_FAX_PAGES }, () => ({ width: 1728, height: 2156, strip }));
  return writeStrips(pages, { ...FINE, coding: "g4", fillOrder: 1 });
}
