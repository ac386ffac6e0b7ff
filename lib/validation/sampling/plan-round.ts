import { usualAssumptions } from "@/lib/corpus/schema";
import { database } from "@/lib/platform/database/client";
import { conflict, notFound, Problem } from "@/lib/platform/problem";
import { expectedOutcomes, type OutcomeShares, type SampledStratum } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { type PhaseOneStratum, phaseOneOf } from "../quality/label-figures";
import { readLabellingChoice } from "../read-labelling-choice";
import { corpusWeight, isConvenience } from "../rules";
import { readSettledPrefix } from "../stop-rule/check-stop-rules";
import { readPace } from "./read-pace";
import type { RoundPlan } from "./schema";
import { expectAnytimeHalfWidth, expectHalfWidths, methodFor } from "./simulate-precision";

type Cell = OutcomeShares & { stratumId: string; documents: number; labelled: number; called: number };
/** A stratum of the round: its documents, what people have settled on, and what is expected of the others. */
type RoundStratum = {
  id: string;
  weight: number;
  documents: number;
  phaseOneStratum: PhaseOneStratum | null;
  known: OutcomeShares;
  outcomes: OutcomeShares;
};

const nothing: OutcomeShares = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
const kinds = Object.keys(nothing) as (keyof OutcomeShares)[];
const countOf = (counts: OutcomeShares) => kinds.reduce((sum, kind) => sum + counts[kind], 0);

/** The number of documents is found to this ratio. */
const closeEnough = 1.06;

/**
 * How precise F1, precision and recall are expected to become when all wanted decisions of an open round are there, when
 * its stop rule is expected to end it, and the work until then. What is settled so far stays as it is; the rest is made up
 * by the shares that follow from it and from the usual assumptions (`expectedOutcomes`), a parametric simulation with a
 * fixed seed, as if strata were without end and everything got settled; of a second phase with the first one's
 * uncertainty. Throws 404, 409 `round_not_open`, `round_closed`, and 403 `quality_hidden_while_deciding`.
 */
export async function planRound(actor: StudyActor, roundId: string): Promise<RoundPlan> {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    include: { draw: { select: { design: true } }, members: { select: { personId: true } } },
  });
  if (!round) throw notFound();
  if (round.state === "draft") throw conflict("round_not_open");
  if (round.state === "closed") throw conflict("round_closed");
  if (round.members.some(({ personId }) => personId === actor.personId)) {
    throw new Problem(403, "quality_hidden_while_deciding");
  }
  const { items, wanted, decided, repeatShare, stopHalfWidth, stoppedAt } = round;
  const pace = await readPace(actor.studyId, roundId);
  const workUntil = (documents: number) => {
    const counted = Math.max(0, Math.round((wanted * documents) / Math.max(1, items)) - decided);
    const decisions = Math.round(counted * (1 + repeatShare));
    return { decisions, personHours: (decisions * pace.secondsPerDecision) / 3600 };
  };
  const labellingRunId = round.stopLabellingRunId ?? (await readLabellingChoice(round));
  const known = labellingRunId !== null && !isConvenience(round.draw.design);
  const strata = known ? await readStrata(round, labellingRunId) : [];
  const stop =
    known && strata.length > 0 && stopHalfWidth !== null && stoppedAt === null
      ? await planStop({ ...round, labellingRunId, halfWidth: stopHalfWidth }, strata)
      : null;
  const sampled = strata.map((stratum) => {
    return { ...stratum, judged: stratum.documents, phaseOne: stratum.phaseOneStratum?.id };
  });
  const halfWidths = () => expectHalfWidths(sampled, phaseOneOf(strata, "this_corpus"));
  const { precision, recall } = usualAssumptions;
  return {
    documents: items,
    settled: strata.reduce((sum, stratum) => sum + countOf(stratum.known), 0),
    assumptions: { precision, recall },
    precision: strata.length > 0 ? { method: methodFor(strata), halfWidths: await halfWidths() } : null,
    rest: stoppedAt === null ? workUntil(items) : { decisions: 0, personHours: 0 },
    secondsPerDecision: pace.secondsPerDecision,
    pace: pace.from,
    stopRule: stop && {
      halfWidth: stop.halfWidth,
      atEnd: stop.atEnd,
      reached: stop.documents === null ? null : { documents: stop.documents, ...workUntil(stop.documents) },
    },
  };
}

/** Empty where no document of the round has a label. */
async function readStrata(round: { id: string; drawId: string }, labellingRunId: string): Promise<RoundStratum[]> {
  const [rows, cells] = await Promise.all([
    database().stratum.findMany({
      where: { drawId: round.drawId },
      include: { phaseOneStratum: true },
      orderBy: { key: "asc" },
    }),
    database().$queryRaw<Cell[]>`
      select item."stratumId", count(*)::int as "documents", count(label."outcome")::int as "labelled",
        count(*) filter (where label."outcome" = 'medical')::int as "called",
        count(*) filter (where label."outcome" = 'medical' and item."gold" = 'medical')::int as "truePositive",
        count(*) filter (where label."outcome" = 'medical' and item."gold" = 'non_medical')::int as "falsePositive",
        count(*) filter (where label."outcome" <> 'medical' and item."gold" = 'medical')::int as "falseNegative",
        count(*) filter (where label."outcome" <> 'medical' and item."gold" = 'non_medical')::int as "trueNegative"
      from "RoundItem" item
      left join "LlmLabel" label on label."itemId" = item."itemId" and label."labellingRunId" = ${labellingRunId}::uuid
      where item."roundId" = ${round.id}::uuid
      group by item."stratumId"`,
  ]);
  const labelled = cells.reduce((sum, cell) => sum + cell.labelled, 0);
  if (labelled === 0) return [];
  const called = cells.reduce((sum, cell) => sum + cell.called, 0);
  const found = new Map(cells.map((cell) => [cell.stratumId, cell]));
  const strata = rows.flatMap((row) => {
    const cell = found.get(row.id);
    if (!cell) return [];
    const { truePositive, falsePositive, falseNegative, trueNegative } = cell;
    return [
      {
        id: row.id,
        weight: corpusWeight(row),
        documents: cell.documents,
        phaseOneStratum: row.phaseOneStratum,
        positiveShare: cell.labelled > 0 ? cell.called / cell.labelled : called / labelled,
        score: null,
        judged: { truePositive, falsePositive, falseNegative, trueNegative },
      },
    ];
  });
  const outcomes = expectedOutcomes(strata, usualAssumptions);
  return strata.map(({ id, weight, documents, phaseOneStratum, judged }, index) => {
    return {
      id,
      weight,
      documents,
      phaseOneStratum,
      known: judged,
      outcomes: outcomes[index] ?? { ...nothing, trueNegative: 1 },
    };
  });
}

type Rule = { id: string; drawId: string; labellingRunId: string; items: number; halfWidth: number };

/**
 * After how many documents of the queue the anytime-valid interval of F1 is expected to be as narrow as the rule wants; it
 * goes on from the settled prefix on which the rule looks. `documents` null: not within the round. Null: too many strata.
 */
async function planStop(
  { id: roundId, drawId, labellingRunId, items, halfWidth }: Rule,
  strata: readonly RoundStratum[],
): Promise<{ halfWidth: number; atEnd: number; documents: number | null } | null> {
  const prefix = await readSettledPrefix({ roundId, drawId, labellingRunId });
  const seen = prefix.counts.reduce((sum, { count }) => sum + count, 0);
  const settled = strata.map((stratum) => {
    const own = prefix.counts.filter((count) => count.stratumId === stratum.id);
    const sum = (medical: boolean, gold: string) =>
      own.reduce((all, one) => all + ((one.outcome === "medical") === medical && one.gold === gold ? one.count : 0), 0);
    const known: OutcomeShares = {
      truePositive: sum(true, "medical"),
      falsePositive: sum(true, "non_medical"),
      falseNegative: sum(false, "medical"),
      trueNegative: sum(false, "non_medical"),
    };
    return { ...stratum, known, left: stratum.documents - own.reduce((all, { count }) => all + count, 0) };
  });
  const halfWidthAfter = async (documents: number): Promise<number | null> => {
    const share = items > seen ? (documents - seen) / (items - seen) : 0;
    const sampled: SampledStratum[] = settled.map(({ weight, outcomes, known, left, phaseOneStratum }) => {
      const judged = countOf(known) + Math.round(share * left);
      return { weight, outcomes, known, judged, phaseOne: phaseOneStratum?.id };
    });
    // While a stratum has none, nothing is known; of one document as good as nothing, where there are more.
    if (sampled.some(({ judged }, index) => judged < Math.min(2, strata[index]?.documents ?? 2))) return 0.5;
    return expectAnytimeHalfWidth(sampled, phaseOneOf(strata, "this_corpus"));
  };
  const atEnd = await halfWidthAfter(items);
  if (atEnd === null) return null;
  if (atEnd > halfWidth) return { halfWidth, atEnd, documents: null };
  let [low, high] = [Math.max(1, seen), items];
  while (high > low + 1 && high / low > closeEnough) {
    const middle = Math.round(Math.sqrt(low * high));
    const half = await halfWidthAfter(middle);
    if (half !== null && half <= halfWidth) high = middle;
    else low = middle;
  }
  return { halfWidth, atEnd, documents: high };
}
