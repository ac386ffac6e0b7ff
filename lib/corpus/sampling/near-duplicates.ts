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

function agreement(one: Uint32Array, other: Uint32Array): number {
  let same = 0;
  for (let index = 0; index < hashes; index++) if (one[index] === other[index]) same += 1;
  return same / hashes;
}

/** Takes texts one after the other, keeps only their signatures (384 bytes each), and then tells their groups. */
export class NearDuplicates {
  #ids: string[] = [];
  #signatures: Uint32Array[] = [];
  #parents: number[] = [];
  #buckets = new Map<string, number>();

  add(id: string, text: string): void {
    const index = this.#ids.push(id) - 1;
    const signature = signatureOf(text);
    this.#signatures.push(signature);
    this.#parents.push(index);
    for (let band = 0; band < bands; band++) {
      const key = `${band}:${signature.subarray(band * rowsOfBand, (band + 1) * rowsOfBand).join(":")}`;
      const other = this.#buckets.get(key);
      if (other === undefined) {
        this.#buckets.set(key, index);
        continue;
      }
      const known = this.#signatures[other];
      if (known && agreement(signature, known) >= leastAgreement) this.#join(index, other);
    }
  }

  /** The group of each text that has near-duplicates: the id of its first member. Alone: not in the map. */
  groups(): Map<string, string> {
    const members = new Map<number, string[]>();
    for (const [index, id] of this.#ids.entries()) {
      const root = this.#root(index);
      members.set(root, [...(members.get(root) ?? []), id]);
    }
    const groups = new Map<string, string>();
    for (const ids of members.values()) {
      const [first] = ids;
      if (ids.length > 1 && first) for (const id of ids) groups.set(id, first);
    }
    return groups;
  }

  #root(index: number): number {
    let root = index;
    while (this.#parents[root] !== root) root = this.#parents[root] ?? root;
    this.#parents[index] = root;
    return root;
  }

  #join(one: number, other: number): void {
    const [a, b] = [this.#root(one), this.#root(other)];
    this.#parents[Math.max(a, b)] = Math.min(a, b);
  }
}
