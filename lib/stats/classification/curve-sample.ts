import { requireFinite, StatisticsError } from "../error";
import { type FirstSample, type Phases, readPhases, unsampledPart } from "../sampling/phases";
import { groupByStratum, readStrata, requireSampled, type Stratum } from "../sampling/strata";

/** A test item: its score, and the class that people settled on (null: they could not). */
export type ScoredItem = {
  score: number;
  truth: string | null;
  /** Where strata are given. */
  stratum?: string;
  /** Where they are not: such as 1 / inclusion probability; only proportions matter. */
  weight?: number;
  count?: number;
};

/** Items alike for every threshold: `passed` is the number of thresholds, from the lowest, that the score reaches. */
export type ScoredGroup = { positive: boolean; passed: number; weight: number; count: number };

/** `phase`: in which stratum of the first phase it lies. */
export type ScoredStratum = { share: number; unsampled: number; phase: number; groups: ScoredGroup[] };

const ONLY_STRATUM = "all";

function placeItems(items: readonly ScoredItem[], strata: readonly Stratum[] | undefined) {
  return items.map((item) => {
    requireFinite(item.score, "A score");
    if (!strata) {
      const { weight = 1 } = item;
      if (!(weight > 0 && Number.isFinite(weight))) {
        throw new StatisticsError("invalid_argument", `An item's weight must be greater than 0, but is ${weight}.`);
      }
      return { ...item, weight, stratum: ONLY_STRATUM };
    }
    if (item.weight !== undefined) {
      throw new StatisticsError("invalid_argument", "Items have either strata with weights or weights of their own.");
    }
    return { ...item, weight: 1, stratum: item.stratum ?? "" };
  });
}

function passedThresholds(score: number, ascending: readonly number[]): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (score >= (ascending[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Items with a settled truth by stratum, pooled where no threshold tells them apart; mean weight 1 in a stratum. */
export function readScored(
  items: readonly ScoredItem[],
  strata: readonly Stratum[] | undefined,
  positive: string,
  ascending: readonly number[],
  phaseOne?: FirstSample,
): { strata: ScoredStratum[]; phases: Phases } {
  const settled = placeItems(items, strata).filter((item) => item.truth !== null);
  if (settled.length === 0) throw new StatisticsError("empty_input", "A curve needs items with a settled truth.");
  const listed = strata ?? [{ id: ONLY_STRATUM, weight: 1 }];
  const byStratum = groupByStratum(listed, settled);
  const phases = readPhases(phaseOne, listed, settled);
  const read = readStrata(listed).map((stratum) => {
    const members = byStratum.get(stratum.id) ?? [];
    const sampled = members.reduce((sum, item) => sum + item.count, 0);
    requireSampled(stratum, sampled);
    const meanWeight = members.reduce((sum, item) => sum + item.count * item.weight, 0) / sampled;
    const groups = new Map<string, ScoredGroup>();
    for (const { score, truth, weight, count } of members) {
      const passed = passedThresholds(score, ascending);
      const key = `${truth === positive}|${passed}|${weight}`;
      const known = groups.get(key);
      if (known) known.count += count;
      else groups.set(key, { positive: truth === positive, passed, weight: weight / meanWeight, count });
    }
    const unsampled = unsampledPart(stratum, sampled, phases);
    return { share: stratum.share, unsampled, phase: phases.groupOf(stratum), groups: [...groups.values()] };
  });
  return { strata: read, phases };
}
