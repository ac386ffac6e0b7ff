import { StatisticsError, trendOfShares } from "@/lib/stats";
import { comparePseudonyms } from "../pseudonyms";
import { type Drift, type DriftMeasure, driftMeasures } from "./schema";
import { shareOfDocuments } from "./share-of-documents";

/** Into so many parts the order of decisions is cut at most. */
export const mostDriftParts = 10;
/** A part of fewer decisions says nothing; fewer than two parts have no order. */
export const fewestInDriftPart = 10;

/** Decisions of one person in one part: so many say "medical", as the LLM, as gold, each of so many that can be counted. */
export type DriftRow = { decisions: number; parts: number; part: number; person: string } & Record<
  DriftMeasure | `${DriftMeasure}Of`,
  number
>;

/**
 * Whether what people decide moves while a round goes on (see readDrift), from counts by part and person. What is gold is
 * left out while there are `open` documents: on which people differ or are unsure, and which nobody has adjudicated.
 */
export function driftOf(counts: DriftRow[], open: number): Drift {
  const rows = counts
    .map((row) => (open > 0 ? { ...row, gold: 0, goldOf: 0 } : row))
    .sort((a, b) => comparePseudonyms(a.person, b.person) || a.part - b.part);
  const [first] = rows;
  const parts = first?.parts ?? 0;
  const of = (measure: DriftMeasure) => ({
    shares: sharesOf(rows, parts, measure),
    trend: trendOf(rows, parts, measure),
  });
  return {
    decisions: first?.decisions ?? 0,
    parts,
    measures: Object.fromEntries(driftMeasures.map((measure) => [measure, of(measure)])) as Drift["measures"],
  };
}

function sharesOf(rows: DriftRow[], parts: number, measure: DriftMeasure) {
  return Array.from({ length: parts }, (_, part) => {
    const own = rows.filter((row) => row.part === part);
    const n = own.reduce((sum, row) => sum + row[`${measure}Of`], 0);
    const count = own.reduce((sum, row) => sum + row[measure], 0);
    return n > 0 ? { ...shareOfDocuments(count, n), method: "share of decisions, Wilson's interval" } : null;
  });
}

function trendOf(rows: DriftRow[], parts: number, measure: DriftMeasure): Drift["measures"][DriftMeasure]["trend"] {
  const people = [...new Set(rows.map((row) => row.person))];
  const strata = people.map((person) =>
    rows
      .filter((row) => row.person === person)
      .map((row) => ({ score: row.part, successes: row[measure], trials: row[`${measure}Of`] })),
  );
  try {
    const { slope, interval, z, pValue, n } = trendOfShares(strata);
    const steps = parts - 1;
    return {
      change: slope * steps,
      interval: { lower: interval.lower * steps, upper: interval.upper * steps },
      z,
      pValue,
      n,
    };
  } catch (error) {
    if (error instanceof StatisticsError && error.code === "no_variation") return null;
    throw error;
  }
}
