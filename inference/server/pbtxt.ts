import { PayerHubError } from "../../runtime/error.ts";

/** Nested messages in a model configuration go four deep; more is a broken or hostile file. */
const MAX_DEPTH = 32;

export type PbtxtScalar = string | number | boolean;
/** Enum values and bare words come as strings. A field that is given once or more maps to all its values in order. */
export interface PbtxtMessage {
  readonly [field: string]: readonly (PbtxtScalar | PbtxtMessage)[];
}

/**
 * Reads protobuf text format (https://protobuf.dev/reference/protobuf/textformat-spec/): scalars, messages in `{}` or `<>`,
 * lists in `[]`, adjacent strings, comments, `,` and `;` as separators. No extensions and no Any. INVALID_ARGUMENT with the
 * line where it stops being that.
 */
export function parsePbtxt(text: string): PbtxtMessage {
  const cursor = tokenize(text);
  const message = readMessage(cursor, undefined, 0);
  return message;
}

interface Token {
  readonly kind: "word" | "string" | "punctuation" | "end";
  readonly text: string;
  readonly line: number;
}

interface Cursor {
  peek(): Token;
  next(): Token;
}

const TOKEN = /(?<space>[\s]+|#[^\n]*)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<word>[-+.\w]+)|(?<punctuation>[{}[\]<>:,;])/y;

function tokenize(text: string): Cursor {
  const tokens: Token[] = [];
  let line = 1;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw broken(line, `it has the character "${text.charAt(at)}"`);
    const found = groups["space"] ?? groups["string"] ?? groups["word"] ?? groups["punctuation"] ?? "";
    if (groups["string"] !== undefined) tokens.push({ kind: "string", text: unquote(found, line), line });
    else if (groups["word"] !== undefined) tokens.push({ kind: "word", text: found, line });
    else if (groups["punctuation"] !== undefined) tokens.push({ kind: "punctuation", text: found, line });
    line += found.split("\n").length - 1;
    at += found.length;
  }
  const end: Token = { kind: "end", text: "the end", line };
  let index = 0;
  return { peek: () => tokens[index] ?? end, next: () => tokens[index++] ?? end };
}

function readMessage(cursor: Cursor, close: string | undefined, depth: number): PbtxtMessage {
  if (depth > MAX_DEPTH) throw broken(cursor.peek().line, `it nests deeper than ${MAX_DEPTH} messages`);
  const fields: Record<string, (PbtxtScalar | PbtxtMessage)[]> = Object.create(null);
  for (;;) {
    const token = cursor.next();
    if (close === undefined ? token.kind === "end" : token.text === close && token.kind === "punctuation") return fields;
    if (token.kind !== "word" || !/^[A-Za-z_]\w*$/.test(token.text))
      throw broken(token.line, `it has "${token.text}" where a field name must be`);
    const values = (fields[token.text] ??= []);
    readValues(cursor, values, depth);
    const separator = cursor.peek();
    if (separator.kind === "punctuation" && (separator.text === "," || separator.text === ";")) cursor.next();
  }
}

function readValues(cursor: Cursor, values: (PbtxtScalar | PbtxtMessage)[], depth: number): void {
  const colon = isPunctuation(cursor.peek(), ":");
  if (colon) cursor.next();
  if (!isPunctuation(cursor.peek(), "[")) {
    values.push(readValue(cursor, colon, depth));
    return;
  }
  cursor.next();
  if (isPunctuation(cursor.peek(), "]")) {
    cursor.next();
    return;
  }
  for (;;) {
    values.push(readValue(cursor, true, depth));
    const token = cursor.next();
    if (isPunctuation(token, "]")) return;
    if (!isPunctuation(token, ",")) throw broken(token.line, `a list has "${token.text}" where "," or "]" must be`);
  }
}

function readValue(cursor: Cursor, scalarAllowed: boolean, depth: number): PbtxtScalar | PbtxtMessage {
  const token = cursor.next();
  if (isPunctuation(token, "{")) return readMessage(cursor, "}", depth + 1);
  if (isPunctuation(token, "<")) return readMessage(cursor, ">", depth + 1);
  if (!scalarAllowed) throw broken(token.line, `it has "${token.text}" where ":" or a message must be`);
  if (token.kind === "string") {
    let text = token.text;
    while (cursor.peek().kind === "string") text += cursor.next().text;
    return text;
  }
  if (token.kind === "word") return scalar(token);
  throw broken(token.line, `it has "${token.text}" where a value must be`);
}

function scalar(token: Token): PbtxtScalar {
  if (token.text === "true" || token.text === "True") return true;
  if (token.text === "false" || token.text === "False") return false;
  if (/^[A-Za-z_]\w*$/.test(token.text)) return token.text;
  const number = Number(token.text.replace(/f$/i, (suffix) => (/^[-+]?0x/i.test(token.text) ? suffix : "")));
  if (Number.isNaN(number)) throw broken(token.line, `"${token.text}" is no number`);
  return number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "'": "'", "\\": "\\" };

function unquote(literal: string, line: number): string {
  return literal.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => {
    const plain = ESCAPES[escaped];
    if (plain === undefined) throw broken(line, `a string has the escape "\\${escaped}"`);
    return plain;
  });
}

function isPunctuation(token: Token, text: string): boolean {
  return token.kind === "punctuation" && token.text === text;
}

function broken(line: number, state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading protobuf text at line ${line}: ${state}, it must follow the text format`);
}
