import { corpusWeight } from "../rules";
import { type Estimates, estimates, inKeyOrder, predictedOf, type StratumSize, type Tally } from "./label-figures";
import { type Part, type Parts, partMeasures, type Target } from "./schema";

/** `source`: one of those shown by themselves; null: another one (`others`), or the documents name none. */
export type SourceTally = Tally & { source: string | null; others: boolean };
/** The most frequent sources of a labelling run's documents, shown by themselves, and how many others there are. */
export type ShownSources = { shown: string[]; others: number };

/** The LLM's labels against people's in each stratum and each of the most frequent sources, from counts alone. */
export function partsOf(
  sizes: StratumSize[],
  rows: SourceTally[],
  sources: ShownSources,
  target: Target,
  run: string,
): Parts {
  const strata = inKeyOrder(sizes);
  const of = (some: StratumSize[], tallies: Tally[]) => estimates(some, pool(tallies), target, run);
  return { strata: strataParts(strata, rows, target, of), sources: sourceParts(strata, rows, sources, of) };
}

type Estimate = (strata: StratumSize[], tallies: Tally[]) => Estimates;

function strataParts(strata: StratumSize[], rows: SourceTally[], target: Target, estimate: Estimate): Part[] {
  return strata.map((stratum) => {
    const own = rows.filter((row) => row.stratumId === stratum.id);
    // What it is of the corpus, as a stratum by itself; where it was drawn from a draw's documents, estimated.
    const populationSize =
      target === "drawn_sample"
        ? stratum.populationSize
        : Math.max(stratum.populationSize, Math.round(corpusWeight(stratum)));
    const alone = { ...stratum, populationSize, phaseOneStratum: null };
    return partOf({ kind: "stratum", key: stratum.key, sources: 0 }, own, estimate([alone], own));
  });
}

function sourceParts(
  strata: StratumSize[],
  rows: SourceTally[],
  { shown, others }: ShownSources,
  estimate: Estimate,
): Part[] {
  if (shown.length === 0) return [];
  const part = (name: Pick<Part, "kind" | "key" | "sources">, belongs: (row: SourceTally) => boolean) => {
    const tallies = pool(rows.map((row) => ({ ...row, outside: !belongs(row) })));
    return partOf(name, rows.filter(belongs), estimate(strata, tallies));
  };
  const parts = shown.map((source) =>
    part({ kind: "source", key: source, sources: 1 }, (row) => row.source === source),
  );
  if (others > 0) parts.push(part({ kind: "others", key: "", sources: others }, (row) => row.others));
  const none = (row: SourceTally) => row.source === null && !row.others;
  if (rows.some(none)) parts.push(part({ kind: "none", key: "", sources: 0 }, none));
  return parts;
}

/** Rows alike in all that figures look at, as one. */
function pool(tallies: Tally[]): Tally[] {
  const pooled = new Map<string, Tally>();
  for (const { stratumId, outcome, gold, count, outside } of tallies) {
    const key = `${stratumId} ${outcome} ${gold} ${outside}`;
    const known = pooled.get(key);
    if (known) known.count += count;
    else pooled.set(key, { stratumId, outcome, gold, count, outside: outside ?? false });
  }
  return [...pooled.values()];
}

function partOf(name: Pick<Part, "kind" | "key" | "sources">, own: Tally[], { figures, problem }: Estimates): Part {
  const count = (predicted: "medical" | "non_medical" | null, gold: Tally["gold"]) =>
    own.reduce((sum, tally) => {
      const counts = tally.gold === gold && (predicted === null || predictedOf(tally.outcome) === predicted);
      return counts ? sum + tally.count : sum;
    }, 0);
  const shown = partMeasures.map((measure) => [measure, figures[measure].estimate]);
  return {
    ...name,
    truePositive: count("medical", "medical"),
    falsePositive: count("medical", "non_medical"),
    falseNegative: count("non_medical", "medical"),
    trueNegative: count("non_medical", "non_medical"),
    unsettled: count(null, "unsettled"),
    figures: Object.fromEntries(shown) as Part["figures"],
    problem,
  };
}
