import { type DriftRow, fewestInDriftPart, mostDriftParts } from "../quality/drift";
import type { DriftMeasure } from "../quality/schema";

/** One decision that counts: of each measure, whether it can be counted and whether it is. */
export type OrderedDecision = { time: number; id: string; person: string } & Record<DriftMeasure, boolean | null>;

const measuresInBits = ["medical", "llm", "gold"] as const;
const bitsPerPerson = 2 ** (2 * measuresInBits.length);

/**
 * Decisions in the order in which they were made, as a few numbers each: what is equally old goes by its id, as in the
 * database. Memory grows by 28 bytes a decision, since the order is known only when all have been read.
 */
export class DriftCounts {
  private length = 0;
  private times = new Float64Array(1024);
  private ids = new BigUint64Array(2 * 1024);
  private kinds = new Uint32Array(1024);
  private readonly people = new Map<string, number>();

  add({ time, id, person, ...counted }: OrderedDecision): void {
    if (this.length === this.times.length) this.grow();
    const at = this.length++;
    const digits = id.replaceAll("-", "");
    this.times[at] = time;
    this.ids[2 * at] = BigInt(`0x${digits.slice(0, 16)}`);
    this.ids[2 * at + 1] = BigInt(`0x${digits.slice(16)}`);
    const number = this.people.get(person) ?? this.people.size;
    this.people.set(person, number);
    this.kinds[at] = measuresInBits.reduce((kind, measure, bit) => {
      const known = counted[measure];
      return known === null ? kind : kind + 4 ** bit * (known ? 3 : 1);
    }, number * bitsPerPerson);
  }

  rows(): DriftRow[] {
    const decisions = this.length;
    const parts = Math.min(mostDriftParts, Math.floor(decisions / fewestInDriftPart));
    if (parts < 2) return [];
    const people = [...this.people.keys()];
    const rows = new Map<number, DriftRow>();
    for (const [place, at] of this.order().entries()) {
      const part = Math.floor((place * parts) / decisions);
      const kind = this.kinds[at] ?? 0;
      const number = Math.floor(kind / bitsPerPerson);
      const key = number * mostDriftParts + part;
      const row = rows.get(key) ?? { ...nothing, decisions, parts, part, person: people[number] ?? "" };
      rows.set(key, row);
      for (const [bit, measure] of measuresInBits.entries()) {
        const answer = Math.floor(kind / 4 ** bit) % 4;
        if (answer > 0) row[`${measure}Of`] += 1;
        if (answer === 3) row[measure] += 1;
      }
    }
    return [...rows.values()];
  }

  private order(): Uint32Array {
    const { times, ids } = this;
    return Uint32Array.from({ length: this.length }, (_, at) => at).sort((a, b) => {
      const later = (times[a] ?? 0) - (times[b] ?? 0);
      if (later !== 0) return later;
      for (const half of [0, 1]) {
        const [first = 0n, second = 0n] = [ids[2 * a + half], ids[2 * b + half]];
        if (first !== second) return first < second ? -1 : 1;
      }
      return 0;
    });
  }

  private grow(): void {
    const size = 2 * this.times.length;
    const [times, ids, kinds] = [new Float64Array(size), new BigUint64Array(2 * size), new Uint32Array(size)];
    times.set(this.times);
    ids.set(this.ids);
    kinds.set(this.kinds);
    [this.times, this.ids, this.kinds] = [times, ids, kinds];
  }
}

const nothing = { medical: 0, medicalOf: 0, llm: 0, llmOf: 0, gold: 0, goldOf: 0 };
