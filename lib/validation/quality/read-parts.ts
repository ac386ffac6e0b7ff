import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { corpusWeight } from "../rules";
import { type Estimates, estimates, predictedOf, type StratumSize, type Tally } from "./label-figures";
import { chooseLabelling, findReadableRound, listLabellings, readStrataFor } from "./readable-round";
import { type Part, type Parts, partMeasures, type QualityQuery, type Target } from "./schema";

type SourceTally = Tally & { source: string | null };

/** Sources shown by themselves; the others are pooled. */
const mostSources = 8;

/**
 * The LLM's labels against people's in each stratum and each of the most frequent sources. Counts by source are no tally,
 * since there may be as many sources as documents: one grouped query, asked for by itself, not by the page. Null where the
 * labelling run is not counted yet, or nobody knows how the documents were chosen. Throws 403 `quality_hidden_while_deciding`, 422 `labelling_not_of_round`,
 * 422 `target_needs_two_phases`.
 */
export async function readParts(actor: StudyActor, roundId: string, query: QualityQuery): Promise<Parts | null> {
  const round = await findReadableRound(actor, roundId);
  const labelling = chooseLabelling(await listLabellings(round), query.labelling);
  if (labelling?.state !== "counted" || round.convenience) return null;
  const [{ strata }, rows] = await Promise.all([
    readStrataFor(round.drawId, query.target),
    database().$queryRaw<SourceTally[]>`
      with counted as (
        select item."source", queued."stratumId", label."outcome", coalesce(queued."gold"::text, 'unsettled') as "gold",
          count(*)::int as "count"
        from "RoundItem" queued
        join "LlmLabel" label on label."itemId" = queued."itemId" and label."labellingRunId" = ${labelling.id}::uuid
        join "Item" item on item."id" = queued."itemId"
        where queued."roundId" = ${roundId}::uuid and queued."decided" > 0
        group by item."source", queued."stratumId", label."outcome", queued."gold"
      )
      select * from counted`,
  ]);
  const of = (some: StratumSize[], tallies: Tally[]) => estimates(some, tallies, query.target, labelling.id);
  return { strata: strataParts(strata, rows, query.target, of), sources: sourceParts(strata, rows, of) };
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

function sourceParts(strata: StratumSize[], rows: SourceTally[], estimate: Estimate): Part[] {
  const sizes = new Map<string | null, number>();
  for (const { source, count } of rows) {
    const name = source || null;
    sizes.set(name, (sizes.get(name) ?? 0) + count);
  }
  const named = [...sizes].flatMap(([source, size]) => (source === null ? [] : [{ source, size }]));
  if (named.length === 0) return [];
  named.sort((a, b) => b.size - a.size || a.source.localeCompare(b.source));
  const shown = named.slice(0, named.length === mostSources + 1 ? mostSources + 1 : mostSources);
  const apart = new Set<string | null>(shown.map(({ source }) => source));
  const part = (name: Pick<Part, "kind" | "key" | "sources">, belongs: (source: string | null) => boolean) => {
    const own = rows.filter((row) => belongs(row.source || null));
    const tallies = pool(rows.map((row) => ({ ...row, outside: !belongs(row.source || null) })));
    return partOf(name, own, estimate(strata, tallies));
  };
  const parts = shown.map(({ source }) => part({ kind: "source", key: source, sources: 1 }, (one) => one === source));
  const pooled = named.length - shown.length;
  if (pooled > 0) {
    parts.push(part({ kind: "others", key: "", sources: pooled }, (one) => one !== null && !apart.has(one)));
  }
  if (sizes.has(null)) parts.push(part({ kind: "none", key: "", sources: 0 }, (one) => one === null));
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
