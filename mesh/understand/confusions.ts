/** Digits for the letters and marks that OCR reads in their place. */
const DIGIT_FOR: Readonly<Record<string, string>> = {
  O: "0",
  o: "0",
  Q: "0",
  D: "0",
  C: "0",
  U: "0",
  I: "1",
  l: "1",
  "|": "1",
  "!": "1",
  i: "1",
  j: "1",
  J: "1",
  "]": "1",
  "[": "1",
  L: "1",
  t: "1",
  Z: "2",
  z: "2",
  A: "4",
  S: "5",
  s: "5",
  $: "5",
  G: "6",
  b: "6",
  T: "7",
  B: "8",
  "&": "8",
  g: "9",
  q: "9",
};
/** Letters for the digits that OCR reads in their place. */
const LETTER_FOR: Readonly<Record<string, string>> = {
  "0": "O",
  "1": "I",
  "2": "Z",
  "4": "A",
  "5": "S",
  "6": "G",
  "7": "T",
  "8": "B",
  "9": "G",
  "|": "I",
  $: "S",
  "!": "I",
  "]": "J",
};
/** Digits that a coarse fax turns into one another. */
const DIGIT_ALTERNATIVES: Readonly<Record<string, string>> = {
  "0": "689",
  "1": "74",
  "2": "7",
  "3": "85",
  "4": "19",
  "5": "638",
  "6": "0585",
  "7": "12",
  "8": "0369",
  "9": "084",
};
const LETTER_ALTERNATIVES: Readonly<Record<string, string>> = {
  B: "ER",
  C: "GO",
  D: "O",
  E: "FB",
  F: "EP",
  G: "C",
  H: "NM",
  I: "LTJ",
  J: "I",
  K: "X",
  L: "I",
  M: "NH",
  N: "MH",
  O: "QDC",
  P: "FR",
  Q: "O",
  R: "PB",
  S: "B",
  T: "I",
  U: "V",
  V: "UY",
  W: "M",
  X: "K",
  Y: "V",
  Z: "2",
};

/** The text with look-alike letters turned to digits; undefined when another character remains. */
export function asDigits(text: string): string | undefined {
  const digits = [...text].map((char) => (/\d/.test(char) ? char : DIGIT_FOR[char]));
  return digits.includes(undefined) ? undefined : digits.join("");
}

/** One character as a digit, or itself when it looks like none. */
export function digitFor(char: string): string {
  return DIGIT_FOR[char] ?? char;
}

/** Every capital letter that a character may be, the likeliest first; a letter is itself. */
export function lettersFor(char: string): string[] {
  const likeliest = letterFor(char);
  const others = Object.entries(DIGIT_FOR).flatMap(([letter, digit]) => (digit === char && /[A-Z]/.test(letter) ? [letter] : []));
  return [...new Set([likeliest, ...others])];
}

/** One character as a capital letter, or itself when it looks like none. */
export function letterFor(char: string): string {
  return LETTER_FOR[char] ?? char.toUpperCase();
}

/** Whether two readings of one place may be the same print: as long as each other, each difference a letter and the digit it is taken for. */
export function isSamePrint(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  return [...a].every((char, at) => {
    const other = b[at] ?? "";
    return char === other || DIGIT_FOR[char] === other || DIGIT_FOR[other] === char;
  });
}

/** Every text that differs in one look-alike character of the same class (digit for digit, letter for letter). */
export function oneConfusionAway(text: string): string[] {
  const found: string[] = [];
  for (const [at, char] of [...text].entries()) {
    const others = DIGIT_ALTERNATIVES[char] ?? LETTER_ALTERNATIVES[char] ?? "";
    for (const other of others) found.push(text.slice(0, at) + other + text.slice(at + 1));
  }
  return found;
}
