import type { SpoiledPage } from "./channel.ts";
import { encodeFax } from "./encode.ts";

/** Writes black-and-white pages as a PDF 1.4 of pictures without any text, each CCITT group 4 coded, as office scanners do. */
export function writeScanPdf(pages: readonly SpoiledPage[]): Uint8Array {
  const objects: Uint8Array[] = [];
  const kids = pages.map((_, index) => `${3 + index * 3} 0 R`).join(" ");
  objects.push(Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"));
  objects.push(Buffer.from(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`));
  pages.forEach((page, index) => {
    const { widthPx, heightPx, dpiX, dpiY } = page.truth;
    const [width, height] = [(widthPx / dpiX) * 72, (heightPx / dpiY) * 72].map((value) => value.toFixed(2));
    const first = 3 + index * 3;
    objects.push(
      Buffer.from(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents ${first + 1} 0 R /Resources << /XObject << /Im ${first + 2} 0 R >> >> >>`,
      ),
    );
    objects.push(stream("", Buffer.from(`q ${width} 0 0 ${height} 0 0 cm /Im Do Q`)));
    const coding = `/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns ${widthPx} /Rows ${heightPx} >>`;
    const shape = `/Type /XObject /Subtype /Image /Width ${widthPx} /Height ${heightPx} /ColorSpace /DeviceGray /BitsPerComponent 1`;
    objects.push(stream(`${shape} ${coding} `, encodeFax(page.bitmap, "g4")));
  });
  return assemblePdf(objects);
}

function stream(dictionary: string, data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`<< ${dictionary}/Length ${data.length} >>\nstream\n`), data, Buffer.from("\nendstream")]);
}

/** Numbers objects from 1 (the catalog), adds the cross-reference table and the trailer; `extra` joins the trailer. */
export function assemblePdf(objects: readonly Uint8Array[], extra = ""): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  const push = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
  };
  objects.forEach((object, index) => {
    offsets.push(length);
    push(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]));
  });
  const start = length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`));
  push(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${extra}>>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}
