import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { PayerHubError } from "../../runtime/error.ts";
import { readJpegSize, readPngSize } from "./image-header.ts";

const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: "#ffffff" } });

test("readPngSize and readJpegSize agree with the encoder", async () => {
  assert.deepEqual(readPngSize(await picture(173, 40).png().toBuffer()), { width: 173, height: 40 });
  assert.deepEqual(readJpegSize(await picture(173, 40).jpeg().toBuffer()), { width: 173, height: 40 });
  assert.deepEqual(
    readJpegSize(
      await picture(64, 900)
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Copyright: "x".repeat(900) } })
        .toBuffer(),
    ),
    { width: 64, height: 900 },
  );
});

test("readPngSize believes a header of 60,000 x 60,000 pixels, so that it can be refused before decoding", async () => {
  const bytes = await picture(1, 1).png().toBuffer();
  bytes.writeUInt32BE(60_000, 16);
  bytes.writeUInt32BE(60_000, 20);
  assert.deepEqual(readPngSize(bytes), { width: 60_000, height: 60_000 });
});

test("readPngSize and readJpegSize refuse cut-off headers and any bytes with a typed error", async () => {
  const refused = (error: unknown) => error instanceof PayerHubError && error.code === "INVALID_ARGUMENT";
  assert.throws(() => readPngSize(new Uint8Array(23)), refused);
  assert.throws(() => readJpegSize(new Uint8Array([0xff, 0xd8, 0xff])), refused);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
      try {
        readJpegSize(new Uint8Array([0xff, 0xd8, 0xff, ...tail]));
      } catch (error) {
        assert.ok(refused(error));
      }
    }),
  );
});
