import { requireCount, requireLevel, StatisticsError } from "../error";
import { criticalNormal } from "../numerics/distributions";
import { type FirstSample, readPhases } from "../sampling/phases";
import { type FirstPhase, firstPhaseVariance } from "../sampling/ratio";
import { readStrata } from "../sampling/strata";
import type { Interval } from "../types";
import { type LeastWealth, leastLogWealth, logWealthAtMeans } from "./betting-test";
import { type Judged, outcomeOf } from "./judged-sample";
import type { Outcome } from "./measures";

export type F1SequenceOptions = { positive: string; level?: number };

/** Judged items of a stratum so far: true positives, errors of either kind, and what F1 leaves out. */
type Tally = { share: number; hits: number; errors: number; others: number };

function kindOf(outcome: Outcome): "hits" | "errors" | "others" {
  if (outcome === "truePositive") return "hits";
  return outcome === "falsePositive" || outcome === "falseNegative" ? "errors" : "others";
}

/** Limits are found to this distance, outwards. */
const RESOLUTION = 2 ** -11;

/**
 * The bets against F1 ≤ f (side 1) or F1 ≥ f (side −1). F1 ≥ f exactly when the population's mean of (2 − 2f) for a true
 * positive and −f for an error is at least 0; shifted (turned) so that values start at 0, a mean of at most f (2 − 2f) is
 * tested.
 */
function betsAgainst(strata: readonly Tally[], f: number, side: 1 | -1) {
  const hit = 2 - 2 * f;
  const values = side > 0 ? [2 - f, 0, f] : [0, 2 - f, hit];
  const betting = strata.map(({ share, hits, errors, others }) => ({ share, values, counts: [hits, errors, others] }));
  return { betting, mean: side > 0 ? f : hit, most: 2 - f };
}

/** One limit of the interval, which moves inwards as far as the evidence reaches. */
class Limit {
  /** The answer to the last test, from which the next one starts; if the evidence did not reach, at which value. */
  private last: LeastWealth | undefined;
  private resisting: number | null = null;

  constructor(
    readonly side: 1 | -1,
    private readonly threshold: number,
    public value: number,
  ) {}

  private rejects(strata: readonly Tally[], f: number): boolean {
    const { betting, mean, most } = betsAgainst(strata, f, this.side);
    const same = this.resisting === f && this.last;
    if (same && logWealthAtMeans(betting, same.means) < this.threshold) return false;
    this.last = leastLogWealth(betting, mean, most, this.last);
    const rejected = this.last.logWealth >= this.threshold;
    this.resisting = rejected ? null : f;
    return rejected;
  }

  tighten(strata: readonly Tally[], opposite: number): void {
    // strides that double while the evidence reaches, and halve where it does not
    for (let stride = RESOLUTION; stride >= RESOLUTION; ) {
      const next = this.value + this.side * stride;
      const reaches = (opposite - next) * this.side > 0 && this.rejects(strata, next);
      if (reaches) this.value = next;
      stride = reaches ? 2 * stride : stride / 2;
    }
  }
}

/** What is known of F1 so far. */
class Evidence {
  private readonly tallies: Map<string, Tally>;
  private readonly all: Tally[];
  private readonly listed: Set<string>;
  private readonly positive: string;
  private readonly lower: Limit;
  private readonly upper: Limit;

  constructor(strata: readonly { id: string; weight: number }[], { positive, level = 0.95 }: F1SequenceOptions) {
    requireLevel(level);
    this.listed = new Set(strata.map((stratum) => stratum.id));
    this.tallies = new Map(readStrata(strata).map(({ id, share }) => [id, { share, hits: 0, errors: 0, others: 0 }]));
    this.all = [...this.tallies.values()];
    this.positive = positive;
    const threshold = Math.log(2 / (1 - level));
    this.lower = new Limit(1, threshold, 0);
    this.upper = new Limit(-1, threshold, 1);
  }

  /** Counts an item; whether that changes what is known. */
  add({ stratum: id, truth, predicted, count = 1 }: Judged): boolean {
    requireCount(count, `A count in stratum "${id}"`);
    if (!this.listed.has(id)) {
      throw new StatisticsError("unknown_stratum", `An item belongs to stratum "${id}", which is not listed.`, [id]);
    }
    const tally = this.tallies.get(id);
    if (!tally || truth === null || count === 0) return false;
    tally[kindOf(outcomeOf(truth, predicted, this.positive))] += count;
    return true;
  }

  tighten(): void {
    if (!this.all.every(({ hits, errors, others }) => hits + errors + others > 0)) return;
    this.lower.tighten(this.all, this.upper.value);
    this.upper.tighten(this.all, this.lower.value);
  }

  interval(): Interval {
    return { lower: this.lower.value, upper: this.upper.value };
  }

  counted(): (Tally & { id: string })[] {
    return [...this.tallies].map(([id, tally]) => ({ id, ...tally }));
  }
}

/**
 * Intervals of F1 (0 to 1) after each item, in the order in which items were drawn, that all hold together with probability
 * `level`: one may look after every item and stop whenever one likes (a confidence sequence). Inverts stratified betting
 * tests over F1; the least favourable means of the strata are searched at every value (Waudby-Smith and Ramdas, JRSS B 86,
 * 2024; union over strata: Spertus and Stark 2024). Wider than an interval for a sample size fixed beforehand. Items are
 * drawn at random within their stratum, which is large against the sample; an item of unknown truth changes nothing, as if
 * missing at random. While a stratum with weight has no item, nothing is known: 0 to 1.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`, `duplicate_stratum`, `unknown_stratum`
 */
export function f1ConfidenceSequence(
  orderedItems: readonly Judged[],
  strata: readonly { id: string; weight: number }[],
  options: F1SequenceOptions,
): Interval[] {
  const evidence = new Evidence(strata, options);
  return orderedItems.map((item) => {
    if (evidence.add(item)) evidence.tighten();
    return evidence.interval();
  });
}

/** Of the probability of error, so much goes to the first phase. */
const FIRST_PHASE_SHARE = 0.2;

/**
 * The standard error that a first phase adds to F1, linearised (Cochran 1977, equation 12.32). Each stratum counts one error
 * more than was seen: where none was, F1 would not depend on how large the stratum is.
 */
function firstPhaseError(tallies: readonly (Tally & { group: number })[], firstPhase: FirstPhase): number {
  const cells = tallies.map(({ share, group, hits, errors, others }) => {
    const counted = hits + errors + 1 + others;
    return { share, group, hit: hits / counted, error: (errors + 1) / counted };
  });
  const total = cells.reduce((sum, { share, hit, error }) => sum + share * (2 * hit + error), 0);
  const f1 = cells.reduce((sum, { share, hit }) => sum + share * 2 * hit, 0) / total;
  const means = cells.map(({ share, group, hit, error }) => {
    return { share, group, mean: (2 * hit - f1 * (2 * hit + error)) / total };
  });
  return Math.sqrt(firstPhaseVariance(firstPhase, means, 1));
}

/**
 * The interval of F1 (0 to 1) at one moment of `f1ConfidenceSequence`, from what is known then: for looking at counts again
 * and again, and stopping whenever one likes. The order of the items plays no part; that they are all of those drawn first
 * does. Never narrower than the sequence's interval at that moment, which also knows its past.
 *
 * With `phaseOne` the weights were estimated from that sample: a fifth of the probability of error goes to it (union bound),
 * and the interval grows on both sides by its normal limit. It was drawn before the first look, so looking often does it no
 * harm; it has to be large, since its part holds by its size and not at every size.
 *
 * @throws StatisticsError as `f1ConfidenceSequence`
 */
export function f1AnytimeInterval(
  items: readonly Judged[],
  strata: readonly { id: string; weight: number; phaseOne?: string }[],
  options: F1SequenceOptions & { phaseOne?: FirstSample },
): Interval {
  const { level = 0.95, phaseOne } = options;
  requireLevel(level);
  const { firstPhase, groupOf } = readPhases(phaseOne, strata, items);
  const evidence = new Evidence(strata, {
    ...options,
    level: firstPhase ? 1 - (1 - FIRST_PHASE_SHARE) * (1 - level) : level,
  });
  for (const item of items) evidence.add(item);
  evidence.tighten();
  const { lower, upper } = evidence.interval();
  if (!firstPhase) return { lower, upper };
  const groups = new Map(strata.map((stratum) => [stratum.id, groupOf(stratum)]));
  const counted = evidence.counted().map(({ id, ...tally }) => ({ ...tally, group: groups.get(id) ?? 0 }));
  const half = criticalNormal(1 - FIRST_PHASE_SHARE * (1 - level)) * firstPhaseError(counted, firstPhase);
  return { lower: Math.max(0, lower - half), upper: Math.min(1, upper + half) };
}
