import { database } from "@/lib/platform/database/client";
import { may, type StudyActor } from "@/lib/studies/actor";
import { type GoldState, patternOf, readPattern } from "../rules";
import type { PatternTally } from "./agreement-figures";
import { chooseLabelling } from "./choose-labelling";
import { computeQuality, type LabelledCounts } from "./compute-quality";
import type { Adjudicated } from "./gold-kinds";
import { readRepeats } from "./read-consistency";
import { findReadableRound, listLabellings, readStrataFor } from "./readable-round";
import type { LabellingChoice, LabelQuality, Quality, QualityQuery } from "./schema";

type ReadableRound = Awaited<ReturnType<typeof findReadableRound>>;

/**
 * The label quality of a round: the LLM's labels against people's, and people against each other. Owners read people's
 * names; others, and `files`, name them as the round's export does. Throws 403 `quality_hidden_while_deciding`, 422
 * `labelling_not_of_round` and `target_needs_two_phases`.
 */
export async function readQuality(
  actor: StudyActor,
  roundId: string,
  query: QualityQuery,
  use: "page" | "files" = "page",
): Promise<Quality> {
  const round = await findReadableRound(actor, roundId);
  const [labellings, adjudicated, contested, patterns, repeats] = await Promise.all([
    listLabellings(round),
    readAdjudicated(roundId),
    database().roundItem.count({ where: { roundId, contested: true, settled: null } }),
    readPatterns(round),
    readRepeats(roundId, round.pseudonyms),
  ]);
  const { id, name, state, items, wanted, decided, convenience } = round;
  const counts = {
    round: { id, name, state, items, wanted, decided, convenience },
    labellings,
    contested,
    patterns,
    adjudicated,
    repeats,
    labelled: await readLabelled(round, chooseLabelling(labellings, query.labelling), query),
  };
  return computeQuality(counts, query, use === "page" && may(actor, "audit.read") ? namesOf(round) : undefined);
}

function namesOf({ members, pseudonyms }: ReadableRound): (pseudonym: string) => string {
  const names = new Map(members.map(({ personId, person }) => [pseudonyms.get(personId) ?? personId, person.name]));
  return (pseudonym) => names.get(pseudonym) ?? pseudonym;
}

async function readPatterns({ id: roundId, pseudonyms }: ReadableRound): Promise<PatternTally[]> {
  const tallies = await database().agreementTally.findMany({
    where: { roundId, count: { gt: 0 } },
    select: { pattern: true, count: true },
  });
  return tallies.map(({ pattern, count }) => {
    const named = readPattern(pattern).map(({ personId, label }) => {
      return { personId: pseudonyms.get(personId) ?? personId, label };
    });
    return { pattern: patternOf(named) ?? "", count };
  });
}

function readAdjudicated(roundId: string): Promise<Adjudicated[]> {
  return database().$queryRaw`
    select "settled", "agreed", "decided", count(*)::int as "count" from "RoundItem"
    where "roundId" = ${roundId}::uuid and "settled" is not null and "decided" > 0
    group by "settled", "agreed", "decided"`;
}

async function readLabelled(
  round: ReadableRound,
  labelling: LabellingChoice | undefined,
  { target }: QualityQuery,
): Promise<LabelledCounts | null> {
  if (labelling?.state !== "counted") return null;
  const of = { roundId: round.id, labellingRunId: labelling.id, count: { gt: 0 } };
  const [{ strata }, rows, predictions] = await Promise.all([
    readStrataFor(round.drawId, target),
    database().qualityTally.findMany({
      where: of,
      select: { stratumId: true, outcome: true, gold: true, count: true },
    }),
    database().predictionTally.findMany({ where: of, select: { stratumId: true, outcome: true, count: true } }),
  ]);
  const tallies = rows.map((row) => ({ ...row, gold: row.gold as GoldState }));
  return { strata, tallies, predictions, stopRule: stopRuleOf(round, labelling) };
}

function stopRuleOf(round: ReadableRound, labelling: LabellingChoice): LabelQuality["stopRule"] {
  const { stoppedAt, stopLabellingRunId, stopHalfWidth: halfWidth, stopLower: lower, stopUpper: upper } = round;
  if (!stoppedAt || stopLabellingRunId !== labelling.id) return null;
  if (halfWidth === null || lower === null || upper === null) return null;
  return { lower, upper, halfWidth, documents: round.stopDocuments };
}
