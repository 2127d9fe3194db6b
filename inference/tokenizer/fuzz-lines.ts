/** Draws integers; the same seed gives the same lines on every machine. */
type Draw = (below: number) => number;

const WORDS =
  "the patient member prior authorization was approved denied pended until for of and with to request reviewed clinical notes drug pharmacy benefit plan group subscriber provider physician diagnosis treatment dosage infusion injection adalimumab Humira etanercept pembrolizumab semaglutide dupilumab infliximab rituximab mg mL weekly twice daily claim paid deductible coinsurance copay maximum out-of-pocket date service effective through appeal letter determination criteria step therapy formulary exception quantity limit rheumatoid arthritis plaque psoriasis Crohn's disease ulcerative colitis don't won't they'll we've I'm he'd it's EOB NPI HCPCS J0135 L40.0 M05.79 ICD-10 CPT 96413 fax phone".split(
    " ",
  );

/** First and last code point of blocks that are drawn from; some hold unassigned ones, and all of Unicode comes last. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [0x00, 0x7f],
  [0x80, 0xff],
  [0x100, 0x24f],
  [0x250, 0x36f],
  [0x370, 0x52f],
  [0x530, 0x6ff],
  [0x700, 0x97f],
  [0x980, 0xdff],
  [0xe00, 0x11ff],
  [0x1200, 0x1cff],
  [0x1d00, 0x1fff],
  [0x2000, 0x2bff],
  [0x2c00, 0x2fff],
  [0x3000, 0x33ff],
  [0x3400, 0x9fff],
  [0xa000, 0xabff],
  [0xac00, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x16fff],
  [0x17000, 0x1efff],
  [0x1f000, 0x1faff],
  [0x20000, 0x323af],
  [0xe0000, 0xe01ef],
  [0x0, 0x10ffff],
];
const SPECIALS = ["[CLS]", "[SEP]", "[UNK]", "[MASK]", "[PAD]", "<s>", "</s>", "<mask>", "<pad>", "<unk>", "Rx#", "PayerHub"];
const BLANKS = [" ", " ", " ", "  ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085", "\u2028", "\u200b", ""];
const MARKS = ["\u0300", "\u0301", "\u0302", "\u0308", "\u0327", "\u0323", "\u20dd", "\ufe0f", "\u200d", "\u093f"];
const EMOJI = ["😀", "👩‍⚕️", "👨‍👩‍👧‍👦", "💊", "🇺🇸", "✔️", "❤️‍🔥", "🏳️‍🌈", "1️⃣", "👍🏽"];
const SIGNS = [".", ",", ";", ":", "-", "—", "'", "’", '"', "(", ")", "$", "%", "/", "#", "&", "…", "™", "½", "²", "ﬁ", "ß", "İ", "Σ", "ς"];

/** Lines of every kind that a tokenizer may meet: prose, figures, scripts, marks, controls, blanks, names of special tokens. */
export function fuzzLines(seed: number, count: number): readonly string[] {
  const draw = drawing(seed);
  return Array.from({ length: count }, () => line(draw).toWellFormed());
}

/** Marsaglia's xorshift32. */
function drawing(seed: number): Draw {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function line(draw: Draw): string {
  const kind = draw(100);
  if (kind < 40) return repeat(draw, 1 + draw(25), () => prose(draw));
  if (kind < 60) return repeat(draw, 1 + draw(10), () => script(draw));
  if (kind < 70) return letters(draw, 1 + draw(80), [0x20, 0x7e]);
  if (kind < 80) return repeat(draw, 1 + draw(12), () => pick(draw, [pick(draw, SPECIALS), prose(draw), pick(draw, SIGNS)]));
  if (kind < 88) return repeat(draw, 1 + draw(10), () => accented(draw));
  if (kind < 92) return letters(draw, 40 + draw(200), pick(draw, BLOCKS));
  if (kind < 96) return repeat(draw, 1 + draw(12), () => pick(draw, EMOJI) + pick(draw, [...MARKS, ""]));
  return repeat(draw, 1 + draw(20), () => String(draw(1_000_000)) + pick(draw, [...SIGNS, "mg", "mL", ""]));
}

function repeat(draw: Draw, count: number, make: () => string): string {
  let text = pick(draw, ["", "", "", " ", "\t"]);
  for (let index = 0; index < count; index += 1) text += make() + (draw(8) === 0 ? pick(draw, BLANKS) : " ");
  return draw(2) === 0 ? text.trimEnd() : text;
}

function prose(draw: Draw): string {
  const word = pick(draw, WORDS);
  const cased = pick(draw, [word, word, word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]);
  return cased + (draw(6) === 0 ? pick(draw, SIGNS) : "");
}

function script(draw: Draw): string {
  return letters(draw, 1 + draw(12), pick(draw, BLOCKS));
}

function accented(draw: Draw): string {
  let text = "";
  for (let rest = 1 + draw(10); rest > 0; rest -= 1) {
    text += letters(draw, 1, pick(draw, [BLOCKS[0] ?? [0x20, 0x7e], [0xc0, 0x17f], [0x1e00, 0x1fff]]));
    if (draw(3) === 0) text += pick(draw, MARKS);
  }
  return text;
}

function letters(draw: Draw, count: number, [first, last]: readonly [number, number]): string {
  let text = "";
  for (let index = 0; index < count; index += 1) text += String.fromCodePoint(first + draw(last - first + 1));
  return text;
}

function pick<T>(draw: Draw, values: readonly [T, ...T[]] | readonly T[]): T {
  return values[draw(values.length)] as T;
}
