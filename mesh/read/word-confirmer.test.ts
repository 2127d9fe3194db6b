import assert from "node:assert/strict";
import { test } from "node:test";
import type { WordRecognizer } from "../../inference/client/word-recognizer.ts";
import { RECOGNIZER_CLASSES } from "../../inference/models/recognizer.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { createLogger, type LogFields, type Logger } from "../../runtime/log.ts";
import { systemWorld, type World } from "../../runtime/world.ts";
import type { Gray } from "./gray.ts";
import type { ReadWord } from "./recognize-messages.ts";
import { createWordConfirmer } from "./word-confirmer.ts";

const page: Gray = { width: 300, height: 60, data: new Uint8Array(300 * 60).fill(255) };
const place = { y0: 20, y1: 40, line: 0, block: 0, confidence: 0.8, secondConfidence: 0.6 };
const doubtful: ReadWord = { ...place, text: "A7", secondText: "A1", x0: 20, x1: 60 };
const plain: ReadWord = { ...place, text: "with", secondText: "", confidence: 0.97, x0: 80, x1: 140 };

/** Says the same of every picture, one character every second step. */
function saying(text: string, asked: number[] = []): WordRecognizer {
  const row = (at: number) => Array.from({ length: RECOGNIZER_CLASSES }, (_, each) => (each === at ? -0.001 : -20));
  const rows = [...text].flatMap((character) => [row(character.charCodeAt(0) - 31), row(0)]).flat();
  return {
    recognize: async (pictures) => {
      asked.push(pictures.length);
      return pictures.map(() => Float32Array.from(rows));
    },
  };
}

function failing(error: unknown, asked: number[]): WordRecognizer {
  return {
    recognize: async (pictures) => {
      asked.push(pictures.length);
      throw error;
    },
  };
}

function listening(heard: LogFields[]): Logger {
  return { ...createLogger({ level: "silent" }), warn: (_event, fields) => void heard.push(fields ?? {}) };
}

function clock(): { readonly world: World; pass(ms: number): void } {
  let now = 0;
  return { world: { ...systemWorld(), monotonicMs: () => now }, pass: (ms) => void (now += ms) };
}

test("a page goes on as it was while the model server is away, which is logged and counted, and not asked again at once", async () => {
  const [asked, heard]: [number[], LogFields[]] = [[], []];
  const { world, pass } = clock();
  const away = failing(new PayerHubError("UNAVAILABLE", "inferring: the server is away, it must answer"), asked);
  const confirmer = createWordConfirmer(away, { log: listening(heard), world });
  const { signal } = new AbortController();
  for (let page1 = 0; page1 < 2; page1 += 1) {
    const answer = await confirmer.confirm(page, [doubtful, plain], { signal });
    assert.deepEqual(answer, { words: [doubtful, plain], confirmed: false });
  }
  assert.deepEqual(asked, [1]);
  pass(31_000);
  await confirmer.confirm(page, [doubtful], { signal });
  assert.deepEqual(asked, [1, 1]);
  assert.deepEqual(heard, [
    { stage: "read", count: 1, code: "UNAVAILABLE" },
    { stage: "read", count: 2 },
    { stage: "read", count: 3, code: "UNAVAILABLE" },
  ]);
});

test("an abort ends the page instead of reading on without the model", async () => {
  const stop = new AbortController();
  stop.abort(new PayerHubError("CANCELLED", "reading: it was stopped"));
  const confirmer = createWordConfirmer(failing(stop.signal.reason, []), { log: listening([]), world: clock().world });
  await assert.rejects(confirmer.confirm(page, [doubtful], { signal: stop.signal }), { code: "CANCELLED" });
});

test("the model is asked for doubtful words only, and settles what two readings left open", async () => {
  const asked: number[] = [];
  const confirmer = createWordConfirmer(saying("A1", asked), { log: listening([]), world: clock().world });
  const { words, confirmed } = await confirmer.confirm(page, [plain, doubtful], { signal: new AbortController().signal });
  assert.deepEqual(asked, [1]);
  assert.ok(confirmed);
  assert.equal(words[0], plain);
  assert.equal(words[1]?.text, "A1");
});
