import { DATE_FORMATS, printDate } from "../../corpus/calendar.ts";
import type { CodeSets } from "../../corpus/code-sets.ts";
import people from "../../corpus/data/people.json" with { type: "json" };
import { payerStyle } from "../../corpus/payer-style.ts";
import { createNpi } from "../../corpus/people.ts";
import type { Random } from "../../corpus/random.ts";
import { printCents } from "../../corpus/values.ts";

const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MARKS = "#$%&'()*+,-./:;=@[]_";

interface Source {
  readonly codes: CodeSets;
  /** Words of the code sets' names and descriptions. */
  readonly vocabulary: readonly string[];
}

type Draw = (random: Random, source: Source) => string;

/** What stands on payer paper and must be read exactly, each as often as its weight says. */
const TOKENS: readonly (readonly [number, Draw])[] = [
  [10, (random) => printDate(drawDate(random), random.pick(DATE_FORMATS))],
  [10, (random) => printCents(random.digits(random.int(3, 7)).replace(/^0+(?=\d{3})/, ""))],
  [4, (random) => `${random.digits(random.int(1, 4))}.${random.digits(random.int(1, 3))}`],
  [3, (random) => random.digits(random.int(1, 5))],
  [1, (random) => `${random.int(1, 100)}%`],
  [5, (random) => createNpi(random)],
  [5, drawNdc],
  [5, drawPhone],
  [7, (random) => payerStyle(random).memberId(random)],
  [3, (random) => payerStyle(random).group(random)],
  [4, (random) => payerStyle(random).authorization(random)],
  [4, (random) => payerStyle(random).claim(random)],
  [6, drawMixed],
  [4, drawDiagnosis],
  [2, (random, { codes }) => random.pick(codes.diagnoses).code],
  [4, (random) => `${random.pick([...CAPITALS])}${random.digits(4)}`],
  [2, (random, { codes }) => random.pick(codes.services).code],
  [2, (random) => `${random.pick(["CO", "PR", "OA", "PI"])}-${random.int(1, 299)}`],
  [2, (random) => `${random.pick(["L", "Q", "BX", "CL", "case-", "REF"])}${random.digits(8)}`],
  [2, (random) => random.digits(random.int(6, 14))],
  [2, (random) => `${random.digits(5)}-${random.digits(4)}`],
  [5, (random) => cased(random, random.pick(people.first))],
  [5, (random) => cased(random, random.pick(people.last))],
  [3, (random) => `${random.pick(people.cities).name},`],
  [3, (random, { vocabulary }) => cased(random, random.pick(vocabulary))],
  [3, drawLetters],
  [2, (random) => Array.from({ length: random.int(2, 7) }, () => random.pick([...`${CAPITALS}${MARKS}0123456789`])).join("")],
];
const TOTAL = TOKENS.reduce((sum, [weight]) => sum + weight, 0);

/** Draws texts of one line each: a code, an amount, a date, a name, or letters nobody has seen together. */
export function createTokens(codes: CodeSets): (random: Random) => string {
  const source: Source = { codes, vocabulary: vocabularyOf(codes) };
  return (random) => {
    let left = random.between(0, TOTAL);
    const [, draw] = TOKENS.find(([weight]) => (left -= weight) < 0) ?? [0, drawLetters];
    const text = draw(random, source);
    if (random.chance(0.05)) return `(${text})`;
    return random.chance(0.1) ? `${text}${random.pick([",", ".", ":", ";"])}` : text;
  };
}

function drawDate(random: Random): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${random.int(1930, 2031)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`;
}

function drawNdc(random: Random): string {
  const [labeler, product, pack] = [random.digits(5), random.digits(4), random.digits(2)];
  return random.chance(0.6) ? `${labeler}-${product}-${pack}` : `${labeler}${product}${pack}`;
}

function drawPhone(random: Random): string {
  const [area, exchange, line] = [random.digits(3), random.digits(3), random.digits(4)];
  return random.pick([`(${area}) ${exchange}-${line}`, `${area}-${exchange}-${line}`, `${area}.${exchange}.${line}`]);
}

/** Letters and digits as identifiers mix them. */
function drawMixed(random: Random): string {
  return Array.from({ length: random.int(1, 3) }, () => {
    const letters = Array.from({ length: random.int(0, 3) }, () => random.pick([...CAPITALS])).join("");
    return `${letters}${random.digits(random.int(1, 5))}`;
  }).join(random.pick(["", "", "-"]));
}

function drawDiagnosis(random: Random): string {
  const tail = random.digits(random.int(1, 3));
  return `${random.pick([...CAPITALS])}${random.digits(2)}.${tail}${random.chance(0.15) ? random.pick(["A", "D", "S"]) : ""}`;
}

function drawLetters(random: Random): string {
  const letters = Array.from({ length: random.int(2, 10) }, () => random.pick([...CAPITALS.toLowerCase()])).join("");
  return cased(random, letters);
}

function cased(random: Random, text: string): string {
  return random.pick([text, text, text.toUpperCase(), `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`]);
}

function vocabularyOf({ drugs, diagnoses, services, labs }: CodeSets): readonly string[] {
  const texts = [
    ...drugs.flatMap(({ brand, generic, form, strengths, directions }) => [brand, generic, form, directions, ...strengths]),
    ...diagnoses.map(({ title }) => title),
    ...services.map(({ text }) => text),
    ...labs.flatMap(({ name, abbreviation, unit }) => [name, abbreviation, unit]),
  ];
  return [...new Set(texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== ""))];
}
