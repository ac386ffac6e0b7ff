import { leastHashes } from "./least-hashes";

/**
 * Groups of near-duplicate texts by MinHash with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and Ullman,
 * Mining of Massive Datasets, 3.4). Shingles are four words long; 96 hashes in 32 bands of 3, so that a pair with
 * Jaccard .6 is a candidate with probability .9996; candidates count when their signatures agree in at least half.
 */
const shingleWords = 4;
const bands = 32;
const rowsOfBand = 3;
const hashes = bands * rowsOfBand;
const leastAgreement = 0.5;

/** Odd multipliers and offsets of the hash family, from a fixed generator (xorshift32), so that groups never change. */
const [multipliers, offsets] = (() => {
  let state = 0x9e3779b9;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return [Int32Array.from({ length: hashes }, () => next() | 1), Int32Array.from({ length: hashes }, next)];
})();

/** FNV-1a over some words with a space between them, then mixed. */
function hashShingle(words: readonly string[], from: number): number {
  let hash = 0x811c9dc5;
  const to = Math.min(words.length, from + shingleWords);
  for (let at = from; at < to; at++) {
    if (at > from) hash = Math.imul(hash ^ 0x20, 0x01000193);
    const word = words[at] ?? "";
    for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Texts longer than this are told apart by their beginning. */
const wordsRead = 20_000;

/** Signed integers with the highest bit turned have the order of unsigned ones. */
const hashing = leastHashes(
  multipliers,
  offsets.map((offset) => offset ^ 0x80000000),
  wordsRead,
);

/** The smallest value of each hash, unsigned, with its highest bit turned; good until the next text. */
function signatureOf(text: string): Int32Array {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length > wordsRead) words.length = wordsRead;
  const shingles = Math.max(1, words.length - shingleWords + 1);
  for (let start = 0; start < shingles; start++) hashing.values[start] = hashShingle(words, start);
  return hashing.leastOf(shingles);
}

/** So many of a bucket's earlier texts are compared; a bucket of menus that all sites share would cost the square. */
const comparedOfBucket = 8;
const signaturesOfBlock = 4096;

/**
 * Takes texts one after the other, keeps only their signatures, and then tells their groups. Of each hash it keeps the
 * lower 16 bits (b-bit minwise hashing, Li and König 2010): 192 bytes a text, and two hashes that differ look the same
 * once in 65,536 times, which is far from half of 96.
 */
export class NearDuplicates {
  readonly #ids: string[] = [];
  readonly #blocks: Uint16Array[] = [];

  add(id: string, text: string): void {
    const index = this.#ids.push(id) - 1;
    if (index % signaturesOfBlock === 0) this.#blocks.push(new Uint16Array(hashes * signaturesOfBlock));
    // What is above 16 bits falls away.
    this.#signature(index).set(signatureOf(text));
  }

  /** The group of each text that has near-duplicates: the id of its first member. Alone: not in the map. */
  async groups(): Promise<Map<string, string>> {
    const parents = Int32Array.from(this.#ids.keys());
    const buckets = new Buckets(this.#ids.length);
    for (let band = 0; band < bands; band++) {
      this.#joinBand(band, parents, buckets);
      // Others have a turn in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const groups = new Map<string, string>();
    for (const [index, id] of this.#ids.entries()) {
      const root = rootOf(parents, index);
      const first = this.#ids[root];
      // The root is the smallest index of its group, so it is known before its members.
      if (root === index || first === undefined) continue;
      groups.set(first, first);
      groups.set(id, first);
    }
    return groups;
  }

  /** One band at a time, so that its buckets are the only ones in memory. */
  #joinBand(band: number, parents: Int32Array, buckets: Buckets): void {
    buckets.clear();
    for (let index = 0; index < this.#ids.length; index++) {
      const signature = this.#signature(index);
      let other = buckets.put(bandKey(signature, band * rowsOfBand), index);
      for (let compared = 0; other !== -1 && compared < comparedOfBucket; compared++) {
        const joined = rootOf(parents, index) === rootOf(parents, other);
        if (!joined && agreement(signature, this.#signature(other)) >= leastAgreement) join(parents, index, other);
        other = buckets.before(other);
      }
    }
  }

  #signature(index: number): Uint16Array {
    const block = this.#blocks[Math.floor(index / signaturesOfBlock)];
    if (!block) throw new Error(`no signature ${index}`);
    const start = (index % signaturesOfBlock) * hashes;
    return block.subarray(start, start + hashes);
  }
}

/** Texts by a key of 48 bits, each knowing the one before it: a hash table with open addressing, at most half full. */
class Buckets {
  readonly #mask: number;
  readonly #keys: Float64Array;
  readonly #heads: Int32Array;
  readonly #earlier: Int32Array;

  constructor(texts: number) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * texts)));
    this.#mask = places - 1;
    this.#keys = new Float64Array(places);
    this.#heads = new Int32Array(places);
    this.#earlier = new Int32Array(texts);
  }

  clear(): void {
    this.#heads.fill(-1);
  }

  /** Becomes the last of its bucket; returns who was, or -1. */
  put(key: number, index: number): number {
    let place = (Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 2 ** 32) | 0, 0x85ebca6b)) >>> 0;
    place = (place ^ (place >>> 15)) & this.#mask;
    while (this.#heads[place] !== -1 && this.#keys[place] !== key) place = (place + 1) & this.#mask;
    const other = this.#heads[place] ?? -1;
    this.#keys[place] = key;
    this.#heads[place] = index;
    this.#earlier[index] = other;
    return other;
  }

  before(index: number): number {
    return this.#earlier[index] ?? -1;
  }
}

/** A band's three values. */
const bandKey = (signature: Uint16Array, start: number): number =>
  (signature[start] ?? 0) * 2 ** 32 + (signature[start + 1] ?? 0) * 2 ** 16 + (signature[start + 2] ?? 0);

function agreement(one: Uint16Array, other: Uint16Array): number {
  let same = 0;
  for (let index = 0; index < hashes; index++) if (one[index] === other[index]) same += 1;
  return same / hashes;
}

function rootOf(parents: Int32Array, index: number): number {
  let root = index;
  while (parents[root] !== root) {
    parents[root] = parents[parents[root] ?? root] ?? root;
    root = parents[root] ?? root;
  }
  return root;
}

function join(parents: Int32Array, one: number, other: number): void {
  const [a, b] = [rootOf(parents, one), rootOf(parents, other)];
  parents[Math.max(a, b)] = Math.min(a, b);
}
