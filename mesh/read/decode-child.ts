import sharp from "sharp";
import { PayerHubError } from "../../runtime/error.ts";
import { serveSandbox } from "../../runtime/sandbox-child.ts";
import { type OpenDocument, openDocument } from "./decode-document.ts";
import type { DecodedPage, DecodeRequest, OpenedDocument } from "./decode-messages.ts";
import type { Gray } from "./gray.ts";
import { preparePage } from "./prepare.ts";
import type { QuarterTurn } from "./rotate.ts";

/** The entry of a decode child: foreign bytes are parsed here and nowhere else. */
function serveDecoder(): void {
  sharp.concurrency(1);
  sharp.cache(false);
  let open: OpenDocument | undefined;
  serveSandbox(async (message) => {
    const request = asRequest(message);
    if (request.kind === "open") {
      open = undefined;
      open = await openDocument(request.bytes, request.limits);
      return { pageCount: open.pageCount } satisfies OpenedDocument;
    }
    if (request.kind === "close") {
      open = undefined;
      return {};
    }
    if (open === undefined) throw new PayerHubError("ABORTED", "decode page: no document is open in this child, it was replaced");
    return await decodePage(open, request);
  });
}

async function decodePage(open: OpenDocument, request: Extract<DecodeRequest, { kind: "page" }>): Promise<DecodedPage> {
  const source = await open.page(request.index, { ignoreText: request.ignoreText === true });
  // A page with a text layer is a digital one: it stays exactly as it was written.
  const turn: { readonly turn?: QuarterTurn } =
    source.layer !== undefined ? { turn: 0 } : request.turn === undefined ? {} : { turn: request.turn };
  const { page, ...prepared } = preparePage(source.gray, { density: source.density, ...turn, level: source.layer !== undefined });
  return {
    ...prepared,
    width: page.width,
    height: page.height,
    png: await encodePng(page),
    ...(prepared.ocr === page ? {} : { page }),
    sourceDpiX: source.taggedDpiX,
    sourceDpiY: source.taggedDpiY,
    ...(source.layer === undefined ? {} : { layer: source.layer }),
  };
}

async function encodePng(gray: Gray): Promise<Uint8Array> {
  const raw = { width: gray.width, height: gray.height, channels: 1 } as const;
  const png = await sharp(gray.data, { raw }).toColourspace("b-w").png({ compressionLevel: 3, palette: false }).toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
}

function asRequest(message: unknown): DecodeRequest {
  // The parent is this product's own code: the cast restates what it sends.
  return message as DecodeRequest;
}

serveDecoder();
