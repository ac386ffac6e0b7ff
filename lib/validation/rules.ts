import type { DecisionLabel } from "./schema";

/** A person's hold on a document ends by itself after this long. */
export const claimHours = 2;
/** Documents that the browser holds ready behind the one on the screen. */
export const prefetchedItems = 3;
/** A claim of three documents costs the server about as much as one of a single document. */
export const claimedAtOnce = 3;
/** More than this many open claims nobody needs: what is undelivered is at most what was handed out. */
export const mostOpenClaims = 16;
/** Assumed until a person has a pace of their own. */
export const assumedSecondsPerDecision = 20;

/** The draw's documents were brought in: nobody knows how likely each was to be among them. */
export const isConvenience = (design: unknown) =>
  typeof design === "object" && design !== null && "kind" in design && design.kind === "convenience";

export type Gold = "medical" | "non_medical";
export type GoldState = Gold | "unsettled";

/** What counts: what adjudication settled ("unsure": that it cannot be settled), else what people agreed on. */
export function goldOf(agreed: Gold | null, settled: DecisionLabel | null): Gold | null {
  if (settled === null) return agreed;
  return settled === "unsure" ? null : settled;
}

/** For adjudication: what people left open between them, and what somebody flagged. */
export function isContested(decisions: number, agreed: Gold | null, flagged: boolean): boolean {
  return decisions > 0 && (agreed === null || flagged);
}

/** Agreed, else the single decision; unsure or conflicting decisions settle nothing (docs: statistics, "Gold"). */
export function agree(labels: readonly DecisionLabel[]): { agreed: Gold | null; disputed: boolean } {
  const [first] = labels;
  const disputed = labels.some((label) => label !== first);
  const agreed = first === undefined || first === "unsure" || disputed ? null : first;
  return { agreed, disputed };
}

/** Under which column of the confusion matrix an item is counted; null: nobody has decided yet. */
export function goldStateOf(decided: number, gold: Gold | null): GoldState | null {
  return decided === 0 ? null : (gold ?? "unsettled");
}

export type CountedDecision = { personId: string; label: DecisionLabel };

/** Who decided what on one item, in AgreementTally's form; null: nobody. */
export function patternOf(decisions: readonly CountedDecision[]): string | null {
  if (decisions.length === 0) return null;
  return decisions
    .map(({ personId, label }) => `${personId}:${label}`)
    .sort()
    .join(" ");
}

/** Back from AgreementTally's form. */
export function readPattern(pattern: string): CountedDecision[] {
  return pattern.split(" ").map((part) => {
    const [personId = "", label = ""] = part.split(":");
    return { personId, label: label as DecisionLabel };
  });
}

/**
 * What is at most still open for a person, without counting rows: documents that they have not decided, and decisions
 * that the round still wants. Each bound is reached at one end of a round; the queue itself has the last word.
 */
export function openForPerson(
  round: { items: number; wanted: number; decided: number; quota: number | null; stoppedAt: Date | null },
  ownDecided: number,
): number {
  if (round.stoppedAt) return 0;
  const most = Math.min(round.items, round.quota ?? round.items);
  return Math.max(0, Math.min(round.wanted - round.decided, most - ownDecided));
}

/** Active seconds per decision; null before the first, and where nobody measured. */
export function paceOf(decided: number, activeMs: number): number | null {
  return decided === 0 || activeMs === 0 ? null : activeMs / decided / 1000;
}

/** Documents in a set of about ten minutes at this pace. */
export function setSizeFor(secondsPerDecision: number | null): number {
  const size = Math.round(600 / (secondsPerDecision ?? assumedSecondsPerDecision));
  return Math.min(60, Math.max(10, size));
}

/** The labelling run by whose labels a draw's strata were cut, so that each holds labels of one kind; null: there is none. */
export function followedRun(design: unknown): string | null {
  const { by, labellingRunId } = (design ?? {}) as { by?: unknown; labellingRunId?: unknown };
  const byLabels = Array.isArray(by) && (by.includes("llm") || by.includes("confidence"));
  return byLabels && typeof labellingRunId === "string" ? labellingRunId : null;
}

/** Documents of the corpus that a stratum stands for; one of a second phase for its part of the first phase's stratum. */
export function corpusWeight(stratum: {
  populationSize: number;
  phaseOneStratum: { populationSize: number; sampleSize: number } | null;
}): number {
  const { populationSize, phaseOneStratum } = stratum;
  if (!phaseOneStratum) return populationSize;
  return (populationSize * phaseOneStratum.populationSize) / phaseOneStratum.sampleSize;
}
