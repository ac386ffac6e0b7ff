import { type FirstSample, precisionRecallCurve, StatisticsError, stratifiedClassification } from "@/lib/stats";
import type { CalibrationPoint, CurvePoint, Inspection } from "./schema";

/** A test document: its score, its label, and the stratum from which it was drawn. */
export type TestDocument = { score: number; medical: boolean; stratumId: string };
/** So many test documents of a stratum with this label, which a threshold calls medical or not. */
export type TestCount = { called: boolean; medical: boolean; stratumId: string; count: number };
/** `phaseOne`: the stratum of a first, larger draw in which it lies, and how many documents that drew there. */
export type TestStratum = { id: string; weight: number; phaseOne: { id: string; size: number } | null };
type Design = { strata: { id: string; weight: number; phaseOne?: string }[]; phaseOne?: FirstSample };

const positive = "medical";
const nameOf = (medical: boolean) => (medical ? positive : "non-medical");

/**
 * Strata without at least two test documents can't speak for themselves: their weight goes to one stratum with all of
 * them and, where that is still too small, with the smallest other. Pure.
 */
export function poolSmallStrata<T extends { stratumId: string; count?: number }>(
  documents: readonly T[],
  strata: readonly TestStratum[],
): { documents: T[]; strata: TestStratum[] } {
  const counts = new Map<string, number>();
  for (const { stratumId, count = 1 } of documents) counts.set(stratumId, (counts.get(stratumId) ?? 0) + count);
  const bySize = [...strata].sort((a, b) => (counts.get(a.id) ?? 0) - (counts.get(b.id) ?? 0));
  const pooled: TestStratum[] = [];
  let inPool = 0;
  for (const stratum of bySize) {
    const count = counts.get(stratum.id) ?? 0;
    if (count >= 2 && (pooled.length === 0 || inPool >= 2)) continue;
    pooled.push(stratum);
    inPool += count;
  }
  if (pooled.length < 2) return { documents: [...documents], strata: [...strata] };
  const ids = new Set(pooled.map(({ id }) => id));
  const merge = mergePhases(pooled);
  const pool = {
    id: "pooled",
    weight: pooled.reduce((sum, { weight }) => sum + weight, 0),
    phaseOne: merge(pooled[0]?.phaseOne ?? null),
  };
  const others = strata.filter(({ id }) => !ids.has(id));
  return {
    documents: documents.map((each) => (ids.has(each.stratumId) ? { ...each, stratumId: pool.id } : each)),
    strata: [...others.map((stratum) => ({ ...stratum, phaseOne: merge(stratum.phaseOne) })), pool],
  };
}

/** The strata of a first draw in which these lie, and how many documents it drew there. */
const phaseSizes = (strata: readonly TestStratum[]) =>
  new Map(strata.flatMap(({ phaseOne }) => (phaseOne ? [[phaseOne.id, phaseOne.size] as const] : [])));

/** What lies in several strata of a first draw makes one of them. */
function mergePhases(pooled: readonly TestStratum[]): (phase: TestStratum["phaseOne"]) => TestStratum["phaseOne"] {
  const sizes = phaseSizes(pooled);
  const merged = { id: "pooled", size: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
  return (phase) => (phase && sizes.has(phase.id) ? merged : phase);
}

/** The design as lib/stats wants it. Figures speak of documents like these: no population that ends. */
function designOf(strata: readonly TestStratum[]): Design {
  const first = [...phaseSizes(strata)].map(([id, size]) => ({ id, size, populationSize: Number.POSITIVE_INFINITY }));
  return {
    strata: strata.map(({ id, weight, phaseOne }) => ({ id, weight, ...(phaseOne ? { phaseOne: phaseOne.id } : {}) })),
    ...(first.length > 0 ? { phaseOne: { strata: first } } : {}),
  };
}

/**
 * Figures at a threshold, weighted by the design of the sample, with 95 % intervals. Null for `strata`: nobody knows how the
 * test documents were chosen (a convenience sample), so that they say nothing about others.
 */
export function inspectAt(
  threshold: number,
  counts: readonly TestCount[],
  strata: readonly TestStratum[] | null,
): Inspection {
  const confusion = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
  for (const { called, medical, count } of counts) {
    confusion[called ? (medical ? "truePositive" : "falsePositive") : medical ? "falseNegative" : "trueNegative"] +=
      count;
  }
  const none = { precision: null, recall: null, f1: null, prevalence: null, accuracy: null };
  if (!strata) return { threshold, confusion, figures: none, problem: "convenience_sample" };
  const sample = poolSmallStrata(counts, strata);
  try {
    const result = stratifiedClassification({
      ...designOf(sample.strata),
      items: sample.documents.map(({ called, medical, stratumId, count }) => ({
        stratum: stratumId,
        truth: nameOf(medical),
        predicted: nameOf(called),
        count,
      })),
      positive,
    });
    const figure = ({ value, interval, n, method }: (typeof result)["f1"]) => ({ value, interval, n, method });
    return {
      threshold,
      confusion,
      figures: {
        precision: figure(result.precision),
        recall: figure(result.recall),
        f1: figure(result.f1),
        prevalence: figure(result.prevalence),
        accuracy: figure(result.accuracy),
      },
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof StatisticsError)) throw error;
    return { threshold, confusion, figures: none, problem: error.code };
  }
}

/**
 * The curve over thresholds, with a band that holds at all of them at once; [] where the test part is too small, or a
 * convenience sample (`strata` null).
 */
export function curveOf(documents: readonly TestDocument[], strata: readonly TestStratum[] | null): CurvePoint[] {
  if (!strata) return [];
  const thresholds = Array.from({ length: 49 }, (_, index) => (index + 1) / 50);
  const sample = poolSmallStrata(documents, strata);
  try {
    const points = precisionRecallCurve({
      items: sample.documents.map(({ score, medical, stratumId }) => ({
        score,
        truth: nameOf(medical),
        stratum: stratumId,
      })),
      ...designOf(sample.strata),
      positive,
      thresholds,
    });
    return points.map(({ threshold, precision, recall, f1, band }) => ({
      threshold,
      precision: { value: precision.value, band: band.precision },
      recall: { value: recall.value, band: band.recall },
      f1: { value: f1.value, band: band.f1 },
    }));
  } catch (error) {
    if (error instanceof StatisticsError) return [];
    throw error;
  }
}

const calibrationGroups = 10;
const smallestGroup = 20;

/**
 * Of groups of test documents by score, as many in each, the mean score and the share that is medical, both weighted by
 * the design of the sample; the share with the interval that precision has, since it is that of a classifier which calls
 * this group alone medical. [] with fewer than 40 documents, or for a convenience sample (`strata` null).
 */
export function calibrationOf(
  documents: readonly TestDocument[],
  strata: readonly TestStratum[] | null,
): CalibrationPoint[] {
  const groups = Math.min(calibrationGroups, Math.floor(documents.length / smallestGroup));
  if (!strata || groups < 2) return [];
  const sorted = [...documents].sort((a, b) => a.score - b.score);
  // Where a group begins; equal scores are never parted.
  const starts = Array.from({ length: groups }, (_, group) => {
    let start = Math.floor((group * sorted.length) / groups);
    while (start > 0 && sorted[start - 1]?.score === sorted[start]?.score) start--;
    return start;
  });
  const sizes = new Map<string, number>();
  for (const { stratumId } of documents) sizes.set(stratumId, (sizes.get(stratumId) ?? 0) + 1);
  const weights = new Map(strata.map(({ id, weight }) => [id, weight / (sizes.get(id) ?? 1)]));
  const all = countAlike(sorted);
  return [...new Set(starts)].flatMap((start, group, begins) => {
    const end = begins[group + 1] ?? sorted.length;
    const members = sorted.slice(start, end);
    const inGroup = countAlike(members);
    const counts = [...all].flatMap(([key, { count, ...alike }]) => {
      const called = inGroup.get(key)?.count ?? 0;
      return [
        { ...alike, called: true, count: called },
        { ...alike, called: false, count: count - called },
      ].filter((each) => each.count > 0);
    });
    const medical = inspectAt(0, counts, strata).figures.precision;
    if (!medical) return [];
    let [scores, total] = [0, 0];
    for (const { score, stratumId } of members) {
      const weight = weights.get(stratumId) ?? 0;
      scores += weight * score;
      total += weight;
    }
    return [{ meanScore: scores / total, medical: { ...medical, n: members.length } }];
  });
}

/** How many documents have the same label and stratum. */
function countAlike(documents: readonly TestDocument[]): Map<string, Omit<TestCount, "called">> {
  const counts = new Map<string, Omit<TestCount, "called">>();
  for (const { medical, stratumId } of documents) {
    const key = `${medical} ${stratumId}`;
    const alike = counts.get(key);
    if (alike) alike.count += 1;
    else counts.set(key, { medical, stratumId, count: 1 });
  }
  return counts;
}
