import { cohenKappa, type Estimate, gwetAC1, krippendorffAlpha, specificAgreement } from "@/lib/stats";
import { comparePseudonyms } from "../pseudonyms";
import { readPattern } from "../rules";
import { type DecisionLabel, decisionLabels } from "../schema";
import { problemOf } from "./label-figures";
import type { Agreement } from "./schema";
import { shareOfDocuments } from "./share-of-documents";

export type PatternTally = { pattern: string; count: number };
type Kind = { labels: DecisionLabel[]; count: number };

const attempt = (work: () => Estimate) => {
  try {
    return { estimate: work(), problem: null };
  } catch (error) {
    return { estimate: null, problem: problemOf(error) };
  }
};

/**
 * How far people agree, from AgreementTally alone. "Unsure" is a label of its own: who is unsure does not agree with who is
 * sure. The figures speak of the drawn documents, unweighted, so that all of them, κ too, rest on the same counts. Patterns
 * name people by their pseudonyms, which put each pair in an order.
 */
export function agreementFigures(tallies: PatternTally[], nameOf: (pseudonym: string) => string): Agreement {
  const kinds = kindsOf(tallies);
  const doubles = kinds.filter((kind) => kind.labels.length > 1);
  const total = (some: Kind[]) => some.reduce((sum, kind) => sum + kind.count, 0);
  const slots = Math.max(0, ...kinds.map((kind) => kind.labels.length));
  const columns = Array.from({ length: slots }, (_, slot) => kinds.map((kind) => kind.labels[slot] ?? null));
  const options = { itemCounts: kinds.map((kind) => kind.count) };
  return {
    single: total(kinds) - total(doubles),
    double: total(doubles),
    figures: {
      alpha: attempt(() => krippendorffAlpha(columns, { ...options, metric: "nominal" })),
      ac1: attempt(() => gwetAC1(columns, options)),
      observed: attempt(() => observedAgreement(doubles)),
      medical: attempt(() => agreementOn("medical", doubles)),
      nonMedical: attempt(() => agreementOn("non_medical", doubles)),
    },
    pairs: pairsOf(tallies, nameOf),
  };
}

/** Documents alike in their labels, whoever gave them. */
function kindsOf(tallies: PatternTally[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { pattern, count } of tallies) {
    if (count === 0) continue;
    const labels = readPattern(pattern)
      .map((decision) => decision.label)
      .sort();
    const kind = kinds.get(labels.join());
    if (kind) kind.count += count;
    else kinds.set(labels.join(), { labels, count });
  }
  // In one order, so that figures come out alike to the last digit, whoever counted.
  return [...kinds.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

/** Share of documents on which all their people chose the same label. */
function observedAgreement(doubles: Kind[]): Estimate {
  const n = doubles.reduce((sum, kind) => sum + kind.count, 0);
  const agreed = doubles.reduce((sum, { labels, count }) => sum + (new Set(labels).size === 1 ? count : 0), 0);
  return shareOfDocuments(agreed, n);
}

function agreementOn(label: DecisionLabel, doubles: Kind[]): Estimate {
  const count = (times: number) =>
    doubles
      .filter(({ labels }) => labels.length === 2 && labels.filter((one) => one === label).length === times)
      .reduce((sum, kind) => sum + kind.count, 0);
  return specificAgreement(count(2), count(1));
}

function pairsOf(tallies: PatternTally[], nameOf: (pseudonym: string) => string): Agreement["pairs"] {
  const tables = new Map<string, number[][]>();
  for (const { pattern, count } of tallies) {
    const decisions = readPattern(pattern);
    for (const [index, first] of decisions.entries()) {
      for (const second of decisions.slice(index + 1)) {
        const pair = `${first.personId} ${second.personId}`;
        const table = tables.get(pair) ?? decisionLabels.map(() => decisionLabels.map(() => 0));
        tables.set(pair, table);
        const row = table[decisionLabels.indexOf(first.label)];
        const column = decisionLabels.indexOf(second.label);
        if (row) row[column] = (row[column] ?? 0) + count;
      }
    }
  }
  return [...tables]
    .map(([pair, table]) => {
      const [first = "", second = ""] = pair.split(" ");
      const items = table.flat().reduce((sum, count) => sum + count, 0);
      return { first, second, items, ...attempt(() => cohenKappa(table)) };
    })
    .filter((pair) => pair.items > 0)
    .sort((a, b) => b.items - a.items || comparePseudonyms(a.first, b.first) || comparePseudonyms(a.second, b.second))
    .map((pair) => ({ ...pair, first: nameOf(pair.first), second: nameOf(pair.second) }));
}
