import { agree, goldOf, readPattern } from "../rules";
import type { DecisionLabel } from "../schema";
import type { PatternTally } from "./agreement-figures";
import type { GoldKinds } from "./schema";

/** Adjudicated documents that are alike. */
export type Adjudicated = {
  settled: DecisionLabel;
  agreed: "medical" | "non_medical" | null;
  decided: number;
  count: number;
};

/** How gold labels came about: adjudicated, else agreed by several, else one person's; from counts alone. */
export function goldKinds(patterns: PatternTally[], adjudicated: Adjudicated[]): GoldKinds {
  const kinds: GoldKinds = { adjudicated: 0, agreed: 0, single: 0, unsettled: 0 };
  const unadjudicated = (agreed: "medical" | "non_medical" | null, decisions: number) =>
    agreed === null ? ("unsettled" as const) : decisions > 1 ? ("agreed" as const) : ("single" as const);
  for (const { pattern, count } of patterns) {
    const labels = readPattern(pattern).map((decision) => decision.label);
    kinds[unadjudicated(agree(labels).agreed, labels.length)] += count;
  }
  for (const { settled, agreed, decided, count } of adjudicated) {
    kinds[unadjudicated(agreed, decided)] -= count;
    kinds[goldOf(agreed, settled) === null ? "unsettled" : "adjudicated"] += count;
  }
  return kinds;
}
