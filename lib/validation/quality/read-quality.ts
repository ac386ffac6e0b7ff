import { database } from "@/lib/platform/database/client";
import { may, type StudyActor } from "@/lib/studies/actor";
import type { GoldState } from "../rules";
import { agreementFigures, type PatternTally } from "./agreement-figures";
import { goldKinds, readAdjudicated } from "./gold-kinds";
import { labelErrors } from "./label-errors";
import { convenienceFigures, labelQualityFigures } from "./label-figures";
import { predictionPowered } from "./prediction-powered";
import { readConsistency } from "./read-consistency";
import { chooseLabelling, findReadableRound, listLabellings, readStrataFor } from "./readable-round";
import type { Consistency, GoldKinds, LabellingChoice, LabelQuality, Quality, QualityQuery } from "./schema";

/**
 * The label quality of a round: the LLM's labels against people's, and people against each other. Throws 403
 * `quality_hidden_while_deciding`, 422 `labelling_not_of_round` and `target_needs_two_phases`.
 */
export async function readQuality(actor: StudyActor, roundId: string, query: QualityQuery): Promise<Quality> {
  const round = await findReadableRound(actor, roundId);
  const owner = may(actor, "audit.read");
  const names = new Map(
    round.members.map((member, index) => [member.personId, owner ? member.person.name : letterOf(index)]),
  );
  const nameOf = (personId: string) => names.get(personId) ?? "–";
  const [labellings, adjudicated, contested, patterns, consistency] = await Promise.all([
    listLabellings(round),
    readAdjudicated(roundId),
    database().roundItem.count({ where: { roundId, contested: true, settled: null } }),
    database().agreementTally.findMany({
      where: { roundId, count: { gt: 0 } },
      select: { pattern: true, count: true },
    }),
    readConsistency(roundId, nameOf),
  ]);
  const documents = patterns.reduce((sum, tally) => sum + tally.count, 0);
  const chosen = chooseLabelling(labellings, query.labelling);
  const people = { documents, gold: goldKinds(patterns, adjudicated), patterns, consistency };
  return {
    round: {
      id: round.id,
      name: round.name,
      state: round.state,
      items: round.items,
      wanted: round.wanted,
      decided: round.decided,
      convenience: round.convenience,
      documents,
    },
    gold: people.gold,
    contested,
    labellings,
    labelling: chosen?.id ?? null,
    labelQuality: await readLabelQuality(round, chosen, query, people),
    consistency,
    agreement: agreementFigures(patterns, nameOf),
  };
}

const letterOf = (index: number): string =>
  (index >= 26 ? letterOf(Math.floor(index / 26) - 1) : "") + String.fromCharCode(65 + (index % 26));

type People = { documents: number; gold: GoldKinds; patterns: PatternTally[]; consistency: Consistency };

type ReadableRound = Awaited<ReturnType<typeof findReadableRound>>;

function stopRuleOf(round: ReadableRound, labelling: LabellingChoice): LabelQuality["stopRule"] {
  const { stoppedAt, stopLabellingRunId, stopHalfWidth: halfWidth, stopLower: lower, stopUpper: upper } = round;
  if (!stoppedAt || stopLabellingRunId !== labelling.id) return null;
  if (halfWidth === null || lower === null || upper === null) return null;
  return { lower, upper, halfWidth, documents: round.stopDocuments };
}

async function readLabelQuality(
  round: ReadableRound,
  labelling: LabellingChoice | undefined,
  { target, error }: QualityQuery,
  { documents, gold, patterns, consistency }: People,
): Promise<LabelQuality | null> {
  if (labelling?.state !== "counted") return null;
  const of = { roundId: round.id, labellingRunId: labelling.id, count: { gt: 0 } };
  const [{ strata, twoPhases }, rows, predictions] = await Promise.all([
    readStrataFor(round.drawId, target),
    database().qualityTally.findMany({
      where: of,
      select: { stratumId: true, outcome: true, gold: true, count: true },
    }),
    database().predictionTally.findMany({ where: of, select: { stratumId: true, outcome: true, count: true } }),
  ]);
  const tallies = rows.map((row) => ({ ...row, gold: row.gold as GoldState }));
  const compared = tallies.reduce((sum, tally) => sum + tally.count, 0);
  const figures = round.convenience
    ? convenienceFigures(tallies)
    : labelQualityFigures(strata, tallies, target, labelling.id);
  return {
    labellingRunId: labelling.id,
    target,
    twoPhases,
    compared,
    unlabelled: documents - compared,
    predictionPowered: predictionPowered(strata, tallies, predictions, target, figures.problem),
    stopRule: stopRuleOf(round, labelling),
    labelErrors: figures.problem ? null : labelErrors(figures.confusion, gold, patterns, consistency, error),
    ...figures,
  };
}
