import type { Random } from "../../corpus/random.ts";
import type { PixelBox } from "../../mesh/read/contact-sheet.ts";
import type { PlacedWord } from "./place-words.ts";

/** What the model can say: printable ASCII. */
const SAYABLE = /^[\x21-\x7e]+$/;
/** Share of neighbors that are cut out together, with the space between them: boxes of engines take two words for one. */
const JOINED = 0.06;
/** Widest space between two such words, as a part of their height. */
const MAX_SPACE = 0.6;

export interface BoxedText {
  readonly text: string;
  readonly box: PixelBox;
}

/** Boxes as an OCR engine finds them: a little off on every side, now and then as high as the line, now and then over two words. */
export function jitterBoxes(words: readonly PlacedWord[], random: Random): BoxedText[] {
  const boxed: BoxedText[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [word, next] = [words[at], words[at + 1]];
    if (word === undefined || !SAYABLE.test(word.text)) continue;
    const { ink } = word;
    if (ink.x1 - ink.x0 < 2 || ink.y1 - ink.y0 < 2) continue;
    if (next !== undefined && SAYABLE.test(next.text) && isNear(word, next) && random.chance(JOINED)) {
      boxed.push({ text: `${word.text} ${next.text}`, box: jitter(unite(boxOf(word, random), next.ink), random) });
      at += 1;
    } else boxed.push({ text: word.text, box: jitter(boxOf(word, random), random) });
  }
  return boxed;
}

/** Mostly the ink; sometimes the rows that the line has. */
function boxOf({ ink, full }: PlacedWord, random: Random): PixelBox {
  return random.chance(0.15) ? { ...ink, y0: full.y0, y1: full.y1 } : ink;
}

function jitter(box: PixelBox, random: Random): PixelBox {
  const height = box.y1 - box.y0;
  const rough = random.chance(0.15) ? 2 : 1;
  const rows = () => (random.next() + random.next() - 1) * 0.1 * rough * height;
  // Ink that goes on is taken in before a word is cut out, so a box is rather too wide than too narrow.
  const columns = () => random.between(-0.04, 0.14 * rough) * height;
  return { x0: box.x0 - columns(), y0: box.y0 - rows(), x1: box.x1 + columns(), y1: box.y1 + rows() };
}

function isNear(a: PlacedWord, b: PlacedWord): boolean {
  const height = Math.max(a.full.y1 - a.full.y0, 1);
  const gap = b.ink.x0 - a.ink.x1;
  return gap > 0 && gap < MAX_SPACE * height && Math.abs(a.full.y1 - b.full.y1) < 0.2 * height;
}

function unite(a: PixelBox, b: PixelBox): PixelBox {
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };
}
