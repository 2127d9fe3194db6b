/** A name or value of one length byte may have this many characters. */
const MAX_SHORT = 126;

/**
 * A header block that needs no table: `:status` from the static table, the rest as literals without Huffman code, so that
 * every connection reads the same bytes and constant blocks are written once. Names in lower case; values in ASCII.
 */
export function encodeHeaders(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => (name === ":status" ? [statusField(value)] : literal(name, value))));
}

/** Index of each status in the static table. */
const STATUSES: Readonly<Record<string, number>> = { "200": 8, "204": 9, "206": 10, "304": 11, "400": 12, "404": 13, "500": 14 };

function statusField(value: string): Buffer {
  const index = STATUSES[value];
  // 8 is the index of `:status 200`, whose name serves any other value.
  return index === undefined ? Buffer.concat([Buffer.from([8]), text(value)]) : Buffer.from([0x80 | index]);
}

function literal(name: string, value: string): readonly Buffer[] {
  return [Buffer.from([0]), text(name), text(value)];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  if (bytes.length <= MAX_SHORT) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const head = [0x7f];
  let rest = bytes.length - 0x7f;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), bytes]);
}
