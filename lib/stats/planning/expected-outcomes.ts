import { requireShare, StatisticsError } from "../error";
import { inverseLogit, logit } from "../numerics/distributions";

/** What is assumed before anything is judged; shares from 0 to 1. */
export type Assumptions = { prevalence: number; precision: number; recall: number };

/**
 * A stratum of a sample that is planned. `positiveShare`: share of its documents that are predicted positive, null where
 * nothing is predicted yet. `score`: mean probability of being positive that some model gives its documents, null where
 * there is none. `judged`: what people settled on in it before, if they did.
 */
export type PlannedStratum = {
  weight: number;
  positiveShare: number | null;
  score: number | null;
  judged?: OutcomeShares;
};

/** Of a stratum's documents; the shares sum to 1. (As counts where documents were judged.) */
export type OutcomeShares = {
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
};

/** No stratum is taken to be without a rare kind: the assumptions are not known that well. */
const rarest = 1e-5;
const bounded = (share: number) => Math.min(1 - rarest, Math.max(rarest, share));

/** So many documents the assumptions count as, beside those that were judged in a stratum. */
const priorDocuments = 4;

/**
 * Shares of true and false positives and negatives in every stratum that follow from the assumptions. Where predictions are
 * known, precision holds among the predicted positive and the share of missed ones follows from recall (prevalence then
 * follows too and is not read); else every document has the same chance of being positive, recall and the false-positive
 * rate are those of the whole. Where scores are known, the chance of being positive follows the stratum's mean score,
 * shifted by one constant on the logit scale so that the whole keeps its share (recalibration in the large; Cox,
 * Biometrika 45 (1958); Steyerberg, Clinical Prediction Models, 2nd edition, section 15.3). What was judged in a stratum
 * before is added to the assumed shares as if these were 4 documents (the mean of a Dirichlet posterior).
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`
 */
export function expectedOutcomes(strata: readonly PlannedStratum[], assumptions: Assumptions): OutcomeShares[] {
  const { prevalence, precision, recall } = assumptions;
  requireShare(prevalence, "The assumed prevalence");
  requireShare(precision, "The assumed precision");
  requireShare(recall, "The assumed recall");
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw new StatisticsError("empty_input", "There must be a stratum with a weight above 0.");
  const assumed = isPredicted(strata)
    ? followPredictions(strata, bounded(precision), Math.max(rarest, recall))
    : followTruth(strata, { prevalence: bounded(prevalence), precision, recall });
  return strata.map(({ judged }, index) => {
    const prior = assumed[index] ?? { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 1 };
    if (!judged) return prior;
    const n = judged.truePositive + judged.falsePositive + judged.falseNegative + judged.trueNegative;
    const after = (kind: keyof OutcomeShares) => (judged[kind] + priorDocuments * prior[kind]) / (n + priorDocuments);
    return {
      truePositive: after("truePositive"),
      falsePositive: after("falsePositive"),
      falseNegative: after("falseNegative"),
      trueNegative: after("trueNegative"),
    };
  });
}

type Predicted = PlannedStratum & { positiveShare: number };
const isPredicted = (strata: readonly PlannedStratum[]): strata is readonly Predicted[] =>
  strata.every(({ positiveShare }) => positiveShare !== null);

/** The prevalence that precision, recall and the share predicted positive mean together; 0 to 1. */
export function impliedPrevalence(
  positiveShare: number,
  { precision, recall }: Omit<Assumptions, "prevalence">,
): number {
  return Math.min(1, (positiveShare * precision) / Math.max(rarest, recall));
}

function followPredictions(strata: readonly Predicted[], precision: number, recall: number): OutcomeShares[] {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  const positive = strata.reduce((sum, { weight, positiveShare }) => sum + weight * positiveShare, 0) / total;
  const missed = positive < 1 ? bounded((positive * precision * (1 - recall)) / recall / (1 - positive)) : rarest;
  const called = shiftScores(
    strata.map(({ weight, positiveShare, score }) => ({ weight: weight * positiveShare, score })),
    precision,
  );
  const others = shiftScores(
    strata.map(({ weight, positiveShare, score }) => ({ weight: weight * (1 - positiveShare), score })),
    missed,
  );
  return strata.map(({ positiveShare }, index) => {
    const [right, wrong] = [called[index] ?? precision, others[index] ?? missed];
    return {
      truePositive: positiveShare * right,
      falsePositive: positiveShare * (1 - right),
      falseNegative: (1 - positiveShare) * wrong,
      trueNegative: (1 - positiveShare) * (1 - wrong),
    };
  });
}

function followTruth(
  strata: readonly PlannedStratum[],
  { prevalence, precision, recall }: Assumptions,
): OutcomeShares[] {
  const shares = shiftScores(strata, prevalence);
  const falseRate = bounded((prevalence * recall * (1 - precision)) / Math.max(rarest, precision) / (1 - prevalence));
  return shares.map((share) => ({
    truePositive: share * recall,
    falsePositive: (1 - share) * falseRate,
    falseNegative: share * (1 - recall),
    trueNegative: (1 - share) * (1 - falseRate),
  }));
}

/** Each stratum's chance, by its score where it has one, such that the weighted mean is `mean`. */
function shiftScores(strata: readonly { weight: number; score: number | null }[], mean: number): number[] {
  const scored = strata.filter(({ score, weight }) => score !== null && weight > 0);
  const weight = scored.reduce((sum, stratum) => sum + stratum.weight, 0);
  const shifted = (score: number | null, by: number) => inverseLogit(logit(bounded(score ?? mean)) + by);
  let [low, high] = [-30, 30];
  for (let step = 0; step < 60 && weight > 0; step++) {
    const by = (low + high) / 2;
    const reached = scored.reduce((sum, stratum) => sum + stratum.weight * shifted(stratum.score, by), 0) / weight;
    if (reached < mean) low = by;
    else high = by;
  }
  const by = (low + high) / 2;
  return strata.map(({ score }) => (score === null ? mean : shifted(score, by)));
}
