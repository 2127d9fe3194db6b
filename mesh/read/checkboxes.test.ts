import assert from "node:assert/strict";
import { test } from "node:test";
import { findCheckboxes } from "./checkboxes.ts";
import { findComponents } from "./components.ts";
import { type Ink, inkOf } from "./gray.ts";
import { SAMPLE_LETTER, samplePage } from "./sample-page.ts";

const SIDE = 26;

function paper(): { readonly ink: Ink; readonly put: (x: number, y: number) => void } {
  const data = new Uint8Array(400 * 200);
  return { ink: { width: 400, height: 200, data }, put: (x, y) => void (data[y * 400 + x] = 1) };
}

function drawBox(put: (x: number, y: number) => void, x: number, y: number): void {
  for (let step = 0; step < SIDE; step += 1) {
    for (const line of [0, 1]) {
      put(x + step, y + line);
      put(x + step, y + SIDE - 1 - line);
      put(x + line, y + step);
      put(x + SIDE - 1 - line, y + step);
    }
  }
}

const find = (ink: Ink) => findCheckboxes(ink, findComponents(ink), 204);

test("findCheckboxes tells empty, crossed and doubtful boxes apart", () => {
  const { ink, put } = paper();
  for (const x of [20, 120, 220]) drawBox(put, x, 50);
  for (let step = 6; step < SIDE - 6; step += 1) {
    for (const wide of [0, 1]) {
      put(120 + step + wide, 50 + step);
      put(120 + SIDE - step - wide, 50 + step);
    }
  }
  for (let step = 0; step < 20; step += 1) put(220 + 9 + (step % 8), 50 + 10 + Math.floor(step / 8));
  const [empty, crossed, doubtful] = find(ink);
  assert.equal(empty?.checked, false);
  assert.ok((empty?.confidence ?? 0) > 0.9);
  assert.equal(crossed?.checked, true);
  assert.ok((crossed?.confidence ?? 0) > 0.9);
  assert.equal(doubtful?.confidence, 0.5);
  assert.deepEqual(empty?.box, { x0: 20, y0: 50, x1: 20 + SIDE, y1: 50 + SIDE });
});

test("findCheckboxes takes no letter, rule or frame for a box", async () => {
  const { ink, put } = paper();
  for (let x = 10; x < 390; x += 1) for (const y of [20, 21, 150, 151]) put(x, y);
  for (let y = 20; y < 152; y += 1) for (const x of [10, 11, 388, 389]) put(x, y);
  for (let step = 0; step < SIDE; step += 1) {
    put(100 + step, 60);
    put(100, 60 + step);
    put(100 + step, 60 + SIDE - 1);
  }
  assert.deepEqual(find(ink), []);
  assert.deepEqual(find(inkOf(await samplePage(SAMPLE_LETTER))), []);
});
