import assert from "node:assert/strict";
import { test } from "node:test";
import { createTritonClient } from "../../inference/client/triton.ts";
import { createWordRecognizer } from "../../inference/client/word-recognizer.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { startInference } from "../../inference/start.ts";
import type { Gray } from "../../mesh/read/gray.ts";
import type { ReadWord } from "../../mesh/read/recognize-messages.ts";
import { samplePage } from "../../mesh/read/sample-page.ts";
import { readThirdTime } from "../../mesh/read/third-reading.ts";
import { createLogger } from "../../runtime/log.ts";

const TEXTS = ["J1745", "W382516740", "$1,284.50", "04/17/1968", "M05.79", "1679576722", "860-555-0142"];
const TOP = 70;
const STEP = 34;

/** The ink of one line of the page, as an engine that misread every word would give it. */
function misread(page: Gray, line: number): ReadWord {
  const rows = {
    from: Math.round(((TOP + line * STEP - 4) * page.height) / 792),
    to: Math.round(((TOP + line * STEP + 20) * page.height) / 792),
  };
  let [x0, y0, x1, y1] = [page.width, page.height, 0, 0];
  for (let y = rows.from; y < rows.to; y += 1) {
    for (let x = 0; x < page.width; x += 1) {
      if ((page.data[y * page.width + x] ?? 255) > 127) continue;
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
    }
  }
  return { text: "0000", confidence: 0.3, secondText: "1111", secondConfidence: 0.3, x0, y0, x1, y1, line, block: 0 };
}

test("the shipped recognizer reads printed codes, each the same alone and beside others", async () => {
  const { signal } = new AbortController();
  const page = await samplePage(TEXTS.map((text, at) => ({ text, x: 60, y: TOP + at * STEP, size: 12 })));
  const words = TEXTS.map((_, line) => misread(page, line));
  const server = await startInference(
    inferenceConfigSchema.parse({ logLevel: "silent" }),
    { log: createLogger({ level: "silent" }) },
    signal,
  );
  const client = createTritonClient({ endpoint: server.endpoint });
  const recognizer = createWordRecognizer(client);
  const together = await readThirdTime(recognizer, { page, words }, { signal });
  assert.deepEqual(
    together.map((read) => read?.text),
    TEXTS,
  );
  for (const [at, word] of words.entries()) {
    const [alone] = await readThirdTime(recognizer, { page, words: [word] }, { signal });
    assert.equal(alone?.text, together[at]?.text);
    assert.ok(Math.abs((alone?.probability ?? 0) - (together[at]?.probability ?? 1)) < 1e-4);
  }
  client.close();
  await server.stop();
});
