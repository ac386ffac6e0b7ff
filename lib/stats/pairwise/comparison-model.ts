import type { ObservationKind } from "../clusters/observations";
import { type OrderedPair, OUTCOMES, type TieRule } from "./tallies";

/** Numbers of the parameters; the first model is at 0 and has none. */
export type ParameterLayout = { models: number; firstSlot: number | null; tie: number | null; size: number };

export function layOutParameters(models: number, firstSlot: boolean, tie: boolean): ParameterLayout {
  const strengths = models - 1;
  return {
    models,
    firstSlot: firstSlot ? strengths : null,
    tie: tie ? strengths + (firstSlot ? 1 : 0) : null,
    size: strengths + (firstSlot ? 1 : 0) + (tie ? 1 : 0),
  };
}

/**
 * What a comparison's outcomes depend on: for the parameters that the pair touches, the slope of each outcome's log
 * weight. Weights: strength of the first times the first slot's advantage; strength of the second; and for a tie ν times
 * the geometric mean of these two (Davidson, JASA 65, 1970, equation 2.4; in this form a tie is likeliest where both are
 * equally likely to win).
 */
export type Comparison = { parameters: number[]; slopes: number[][] };

export function describePair({ first, second }: OrderedPair, layout: ParameterLayout): Comparison {
  const parameters: number[] = [];
  const slopes: number[][] = layout.tie === null ? [[], []] : [[], [], []];
  const add = (parameter: number, ofFirst: number, ofSecond: number, ofTie: number) => {
    parameters.push(parameter);
    slopes[0]?.push(ofFirst);
    slopes[1]?.push(ofSecond);
    slopes[2]?.push(ofTie);
  };
  if (first > 0) add(first - 1, 1, 0, 0.5);
  if (second > 0) add(second - 1, 0, 1, 0.5);
  if (layout.firstSlot !== null) add(layout.firstSlot, 1, 0, 0.5);
  if (layout.tie !== null) add(layout.tie, 0, 0, 1);
  return { parameters, slopes };
}

/** Log-probabilities of a comparison's outcomes. */
export function logProbabilities({ parameters, slopes }: Comparison, values: Float64Array): number[] {
  const weights = slopes.map((slope) => {
    return parameters.reduce((sum, parameter, i) => sum + (slope[i] ?? 0) * (values[parameter] ?? 0), 0);
  });
  const largest = Math.max(...weights);
  const total = largest + Math.log(weights.reduce((sum, weight) => sum + Math.exp(weight - largest), 0));
  return weights.map((weight) => weight - total);
}

/** Counts per modelled outcome; where ties are no outcome, one is half a win for either. */
export function modelledCounts({ counts }: OrderedPair, comparison: Comparison): number[] {
  const [firstWins, secondWins, ties] = counts;
  return comparison.slopes.length === 3 ? [...counts] : [firstWins + ties / 2, secondWins + ties / 2];
}

/** Mean slope and information (block of the touched parameters, row by row) of one comparison. */
export function momentsOfPair({ parameters, slopes }: Comparison, probabilities: readonly number[]) {
  const mean = parameters.map((_, i) =>
    slopes.reduce((sum, slope, o) => sum + (probabilities[o] ?? 0) * (slope[i] ?? 0), 0),
  );
  const information = parameters.flatMap((_, i) =>
    parameters.map((_other, j) =>
      slopes.reduce((sum, slope, o) => {
        return sum + (probabilities[o] ?? 0) * ((slope[i] ?? 0) - (mean[i] ?? 0)) * ((slope[j] ?? 0) - (mean[j] ?? 0));
      }, 0),
    ),
  );
  return { mean, information };
}

/** The scores and information of a single vote, for each outcome of a pair in the order of OUTCOMES. */
export function votesOfPair(comparison: Comparison, values: Float64Array): ObservationKind[] {
  const probabilities = logProbabilities(comparison, values).map(Math.exp);
  const { mean, information } = momentsOfPair(comparison, probabilities);
  const [first = [], second = []] = comparison.slopes;
  const tie = comparison.slopes[2] ?? first.map((slope, i) => (slope + (second[i] ?? 0)) / 2);
  return OUTCOMES.map((_, outcome) => {
    const slope = [first, second, tie][outcome] ?? [];
    return {
      parameters: comparison.parameters,
      score: comparison.parameters.map((_parameter, i) => (slope[i] ?? 0) - (mean[i] ?? 0)),
      information,
    };
  });
}

/** Whether ties get a parameter: only Davidson's rule has one, and only ties can tell its value. */
export function hasTieParameter(ties: TieRule, pairs: readonly OrderedPair[]): boolean {
  return ties === "davidson" && pairs.some((pair) => pair.counts[2] > 0);
}
