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
  return [Uint32Array.from({ length: hashes }, () => next() | 1), Uint32Array.from({ length: hashes }, next)];
})();

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Texts longer than this are told apart by their beginning. */
const wordsRead = 20_000;

function signatureOf(text: string): Uint32Array {
  const words =
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, wordsRead) ?? [];
  const signature = new Uint32Array(hashes).fill(0xffffffff);
  const last = Math.max(0, words.length - shingleWords);
  for (let start = 0; start <= last; start++) {
    const shingle = hashText(words.slice(start, start + shingleWords).join(" "));
    for (let index = 0; index < hashes; index++) {
      const value = (Math.imul(shingle, multipliers[index] ?? 1) + (offsets[index] ?? 0)) >>> 0;
      if (value < (signature[index] ?? 0)) signature[index] = value;
    }
  }
  return signature;
}

/** So many of a bucket's earlier texts are compared; a bucket of menus that all sites share would cost the square. */
const comparedOfBucket = 8;
const signaturesOfBlock = 4096;

/** Takes texts one after the other, keeps only their signatures (384 bytes each), and then tells their groups. */
export class NearDuplicates {
  readonly #ids: string[] = [];
  readonly #blocks: Uint32Array[] = [];

  add(id: string, text: string): void {
    const index = this.#ids.push(id) - 1;
    if (index % signaturesOfBlock === 0) this.#blocks.push(new Uint32Array(hashes * signaturesOfBlock));
    this.#signature(index).set(signatureOf(text));
  }

  /** The group of each text that has near-duplicates: the id of its first member. Alone: not in the map. */
  async groups(): Promise<Map<string, string>> {
    const parents = Int32Array.from(this.#ids.keys());
    for (let band = 0; band < bands; band++) {
      this.#joinBand(band, parents);
      // Half a second a band at 100,000 texts: others have a turn in between.
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
  #joinBand(band: number, parents: Int32Array): void {
    const heads = new Map<number, number>();
    const earlier = new Int32Array(this.#ids.length).fill(-1);
    for (let index = 0; index < this.#ids.length; index++) {
      const signature = this.#signature(index);
      const key = bandKey(signature, band * rowsOfBand);
      let other = heads.get(key) ?? -1;
      earlier[index] = other;
      heads.set(key, index);
      for (let compared = 0; other !== -1 && compared < comparedOfBucket; compared++) {
        const joined = rootOf(parents, index) === rootOf(parents, other);
        if (!joined && agreement(signature, this.#signature(other)) >= leastAgreement) join(parents, index, other);
        other = earlier[other] ?? -1;
      }
    }
  }

  #signature(index: number): Uint32Array {
    const block = this.#blocks[Math.floor(index / signaturesOfBlock)];
    if (!block) throw new Error(`no signature ${index}`);
    const start = (index % signaturesOfBlock) * hashes;
    return block.subarray(start, start + hashes);
  }
}

/** 53 bits of a band's three values; a collision only costs a comparison. */
function bandKey(signature: Uint32Array, start: number): number {
  const [first, second, third] = [signature[start] ?? 0, signature[start + 1] ?? 0, signature[start + 2] ?? 0];
  const mixed = Math.imul(second, 0x85ebca6b) ^ Math.imul(third ^ (third >>> 16), 0xc2b2ae35);
  return first * 2 ** 21 + ((mixed ^ (mixed >>> 15)) & 0x1fffff);
}

function agreement(one: Uint32Array, other: Uint32Array): number {
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
