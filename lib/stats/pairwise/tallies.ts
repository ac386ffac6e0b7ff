import { type ClusterDimension, numberClusters, type Observations } from "../clusters/observations";
import { isCount, StatisticsError } from "../error";

/**
 * Votes on two models, `first` shown first. Votes of one tally share its clusters; one without a voter (prompt) holds
 * votes that are each the only one of their voter (prompt).
 */
export type PairTally = {
  first: string;
  second: string;
  firstWins: number;
  secondWins: number;
  ties?: number;
  clusters?: { voter?: string; prompt?: string };
};

/** How ties enter: left out, half a win for either, or as an outcome with a parameter of its own (Davidson). */
export type TieRule = "ignore" | "half" | "davidson";

/** Outcomes of one comparison, in the order in which a pair's counts list them. */
export const OUTCOMES = ["first", "second", "tie"] as const;

/** All votes on two models in this order, pooled over clusters. */
export type OrderedPair = { first: number; second: number; counts: [first: number, second: number, tie: number] };

export type PooledTallies = {
  models: string[];
  pairs: OrderedPair[];
  /** Row by row the votes of one tally with one outcome; the kind is 3 · number of the pair + number of the outcome. */
  observations: Observations;
  voters: ClusterDimension;
  prompts: ClusterDimension;
};

export function requireTally({ first, second, firstWins, secondWins, ties = 0 }: PairTally): void {
  if (first === second) throw new StatisticsError("invalid_argument", `"${first}" is compared with itself.`, [first]);
  if (isCount(firstWins) && isCount(secondWins) && isCount(ties)) return;
  const counts = `${firstWins}, ${secondWins} and ${ties}`;
  const message = `Wins and ties of "${first}" against "${second}" must be whole numbers of at least 0, but are ${counts}.`;
  throw new StatisticsError("invalid_argument", message, [first, second]);
}

/** Checks tallies and pools them by ordered pair, keeping for each row the clusters that it belongs to. */
export function poolTallies(tallies: readonly PairTally[], ties: TieRule): PooledTallies {
  const numbers = new Map<string, number>();
  const numberOf = (model: string): number => {
    const known = numbers.get(model);
    if (known !== undefined) return known;
    numbers.set(model, numbers.size);
    return numbers.size - 1;
  };
  const pairNumbers = new Map<number, Map<number, number>>();
  const pairs: OrderedPair[] = [];
  const pairOf = (first: number, second: number): number => {
    const seconds = pairNumbers.get(first) ?? new Map<number, number>();
    pairNumbers.set(first, seconds);
    const known = seconds.get(second);
    if (known !== undefined) return known;
    seconds.set(second, pairs.length);
    return pairs.push({ first, second, counts: [0, 0, 0] }) - 1;
  };

  const [kinds, counts]: [number[], number[]] = [[], []];
  const [voters, prompts]: [(string | undefined)[], (string | undefined)[]] = [[], []];
  for (const tally of tallies) {
    requireTally(tally);
    const [first, second] = [numberOf(tally.first), numberOf(tally.second)];
    for (const outcome of [0, 1, 2] as const) {
      const count = outcome === 0 ? tally.firstWins : outcome === 1 ? tally.secondWins : (tally.ties ?? 0);
      if (count === 0 || (outcome === 2 && ties === "ignore")) continue;
      const pair = pairOf(first, second);
      const pooled = pairs[pair]?.counts;
      if (pooled) pooled[outcome] += count;
      kinds.push(3 * pair + outcome);
      counts.push(count);
      voters.push(tally.clusters?.voter);
      prompts.push(tally.clusters?.prompt);
    }
  }
  if (numbers.size === 0) throw new StatisticsError("empty_input", "Strengths need at least one vote.");
  return {
    models: [...numbers.keys()],
    pairs,
    observations: { kind: Int32Array.from(kinds), count: Float64Array.from(counts) },
    voters: numberClusters(voters),
    prompts: numberClusters(prompts),
  };
}
