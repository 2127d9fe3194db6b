import type { WordModel } from "./word-model.ts";

export interface BytePairOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of tokens that become one, the first before the others. */
  readonly merges: readonly (readonly [string, string])[];
}

/** What a pair of ids becomes, and how early. */
interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** The model "BPE" over bytes: neighbors are merged, the pair that was learned first before the others, leftmost first. */
export function createBytePairs({ vocabulary, merges }: BytePairOptions): WordModel {
  const idOf = (token: string): number => vocabulary.get(token) ?? -1;
  const byteIds = byteCharacters().map(idOf);
  const base = vocabulary.size;
  const table = new Map<number, Merge>();
  for (const [rank, [left, right]] of merges.entries()) {
    table.set(idOf(left) * base + idOf(right), { rank, id: idOf(left + right) });
  }
  return (word) => {
    const bytes = Buffer.from(word, "utf8");
    const chain = new Chain(bytes, byteIds);
    mergeAll(chain, (left, right) => table.get(left * base + right));
    return chain.tokens(word, bytes);
  };
}

/** The character that stands for each byte in a vocabulary: itself where it can be printed, else one from U+0100 on. */
export function byteCharacters(): readonly string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(printable ? byte : next++);
  });
}

/** Tokens of a word as a chain in two directions; a token that was merged into its left neighbor has the id -1. */
class Chain {
  readonly ids: Int32Array;
  /** Place of the neighbors; -1 before the first, the length behind the last. */
  readonly left: Int32Array;
  readonly right: Int32Array;

  constructor(bytes: Uint8Array, byteIds: readonly number[]) {
    const length = bytes.length;
    this.ids = new Int32Array(length);
    this.left = new Int32Array(length);
    this.right = new Int32Array(length);
    for (let place = 0; place < length; place += 1) {
      this.ids[place] = byteIds[bytes[place] ?? 0] ?? 0;
      this.left[place] = place - 1;
      this.right[place] = place + 1;
    }
  }

  idAt(place: number): number {
    return this.ids[place] ?? -1;
  }

  rightOf(place: number): number {
    return this.right[place] ?? this.ids.length;
  }

  leftOf(place: number): number {
    return this.left[place] ?? -1;
  }

  merge(place: number, id: number): void {
    const gone = this.rightOf(place);
    const next = this.rightOf(gone);
    this.ids[place] = id;
    this.ids[gone] = -1;
    this.right[place] = next;
    if (next < this.ids.length) this.left[next] = place;
  }

  /** Offsets in units of the word; a token that holds a part of a character covers all of it. */
  tokens(word: string, bytes: Uint8Array) {
    const unitOf = unitsOfBytes(word, bytes);
    const [ids, starts, ends]: [number[], number[], number[]] = [[], [], []];
    for (let place = 0; place < this.ids.length; place = this.rightOf(place)) {
      ids.push(this.idAt(place));
      starts.push(unitOf.starts[place] ?? 0);
      ends.push(unitOf.ends[this.rightOf(place) - 1] ?? word.length);
    }
    return { ids, starts, ends };
  }
}

/** For each byte of a word, the units of the character that it belongs to. */
function unitsOfBytes(word: string, bytes: Uint8Array): { readonly starts: Int32Array; readonly ends: Int32Array } {
  const [starts, ends] = [new Int32Array(bytes.length), new Int32Array(bytes.length)];
  let place = 0;
  for (let index = 0; index < word.length; ) {
    const code = word.codePointAt(index) ?? 0;
    const end = index + (code > 0xffff ? 2 : 1);
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    starts.fill(index, place, place + size);
    ends.fill(end, place, place + size);
    place += size;
    index = end;
  }
  return { starts, ends };
}

interface Candidate extends Merge {
  readonly place: number;
}

/** With a heap, so that a word of n bytes costs n log n, whatever it is made of. */
function mergeAll(chain: Chain, mergeOf: (left: number, right: number) => Merge | undefined): void {
  const heap: Candidate[] = [];
  const offer = (place: number): void => {
    const next = chain.rightOf(place);
    const merge = place < 0 || next >= chain.ids.length ? undefined : mergeOf(chain.idAt(place), chain.idAt(next));
    if (merge !== undefined) push(heap, { rank: merge.rank, id: merge.id, place });
  };
  for (let place = 0; place < chain.ids.length; place += 1) offer(place);
  for (let best = pop(heap); best !== undefined; best = pop(heap)) {
    const { place, id } = best;
    const next = chain.rightOf(place);
    if (chain.idAt(place) < 0 || next >= chain.ids.length) continue;
    // The neighbors may have become others since the pair was offered.
    if (mergeOf(chain.idAt(place), chain.idAt(next))?.id !== id) continue;
    chain.merge(place, id);
    offer(chain.leftOf(place));
    offer(place);
  }
}

function isBefore(left: Candidate, right: Candidate): boolean {
  return left.rank === right.rank ? left.place < right.place : left.rank < right.rank;
}

function push(heap: Candidate[], candidate: Candidate): void {
  let place = heap.push(candidate) - 1;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(candidate, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = candidate;
}

function pop(heap: Candidate[]): Candidate | undefined {
  const [best] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return best;
  let place = 0;
  for (;;) {
    let below = place * 2 + 1;
    const [left, right] = [heap[below], heap[below + 1]];
    if (left === undefined) break;
    if (right !== undefined && isBefore(right, left)) below += 1;
    const child = heap[below];
    if (child === undefined || !isBefore(child, last)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
  return best;
}
