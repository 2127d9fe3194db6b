import { createHash } from "node:crypto";

/** Seeded randomness: the same seed and the same calls give the same values on every machine. */
export interface Random {
  /** Number in [0, 1) with 32 random bits. */
  next(): number;
  /** Integer in [low, high], both included. */
  int(low: number, high: number): number;
  /** Number in [low, high). */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** One element; throws on an empty list. */
  pick<T>(values: readonly T[]): T;
  /** A new list in random order. */
  shuffle<T>(values: readonly T[]): T[];
  digits(length: number): string;
  /** An independent stream named by `label`: drawing from one never shifts the other. */
  fork(label: string): Random;
}

const DIGITS = "0123456789";

/** xoshiro128** 1.1 (Blackman and Vigna), seeded with SHA-256 of the text. */
export function createRandom(seed: number | string): Random {
  const text = String(seed);
  const step = xoshiro128(text);
  const next = (): number => step() / 0x1_0000_0000;
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(values: readonly T[]): T => {
    if (values.length === 0) throw new RangeError('picking from a list of "0" values: the list is empty, it must hold one or more');
    return values[int(0, values.length - 1)] as T;
  };
  const shuffle = <T>(values: readonly T[]): T[] => {
    const left = [...values];
    const taken: T[] = [];
    while (left.length > 0) taken.push(...left.splice(int(0, left.length - 1), 1));
    return taken;
  };
  return {
    next,
    int,
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick,
    shuffle,
    digits: (length) => Array.from({ length }, () => pick([...DIGITS])).join(""),
    fork: (label) => createRandom(`${text}/${label}`),
  };
}

function xoshiro128(text: string): () => number {
  const hash = createHash("sha256").update(text).digest();
  let a = hash.readUInt32LE(0);
  let b = hash.readUInt32LE(4);
  let c = hash.readUInt32LE(8);
  let d = hash.readUInt32LE(12) | 1;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
