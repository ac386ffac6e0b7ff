import { database } from "@/lib/platform/database/client";
import type { LabellingState } from "@/lib/platform/database/generated/enums";
import { notFound, Problem, unprocessable } from "@/lib/platform/problem";
import { may, type StudyActor } from "@/lib/studies/actor";
import { labelledDraws } from "../labelled-draws";
import { type GoldState, isConvenience } from "../rules";
import { agreementFigures } from "./agreement-figures";
import { goldKinds, readAdjudicated } from "./gold-kinds";
import { convenienceFigures, labelQualityFigures } from "./label-figures";
import { readConsistency } from "./read-consistency";
import type { LabellingChoice, LabelQuality, Quality, QualityQuery } from "./schema";

const underWay: LabellingState[] = ["queued", "running"];

/**
 * The label quality of a round: the LLM's labels against people's, and people against each other. Throws 403
 * `quality_hidden_while_deciding` to those who decide in the open round, since every figure that moves with a decision
 * tells what the LLM or somebody else thinks of that document.
 */
export async function readQuality(actor: StudyActor, roundId: string, query: QualityQuery): Promise<Quality> {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    include: {
      draw: { select: { design: true } },
      members: { include: { person: { select: { name: true } } }, orderBy: [{ addedAt: "asc" }, { personId: "asc" }] },
    },
  });
  if (!round) throw notFound();
  if (round.state === "open" && round.members.some((member) => member.personId === actor.personId)) {
    throw new Problem(403, "quality_hidden_while_deciding");
  }
  const [labellings, adjudicated, contested, patterns] = await Promise.all([
    listLabellings(round),
    readAdjudicated(roundId),
    database().roundItem.count({ where: { roundId, contested: true, settled: null } }),
    database().agreementTally.findMany({
      where: { roundId, count: { gt: 0 } },
      select: { pattern: true, count: true },
    }),
  ]);
  const documents = patterns.reduce((sum, tally) => sum + tally.count, 0);
  const chosen = choose(labellings, query.labelling);
  const convenience = isConvenience(round.draw.design);
  const owner = may(actor, "audit.read");
  const names = new Map(
    round.members.map((member, index) => [member.personId, owner ? member.person.name : letterOf(index)]),
  );
  return {
    round: {
      id: round.id,
      name: round.name,
      state: round.state,
      items: round.items,
      wanted: round.wanted,
      decided: round.decided,
      convenience,
      documents,
    },
    gold: goldKinds(patterns, adjudicated),
    contested,
    labellings,
    labelling: chosen?.id ?? null,
    labelQuality: await readLabelQuality({ ...round, convenience }, chosen, query, documents),
    consistency: await readConsistency(roundId, (personId) => names.get(personId) ?? "–"),
    agreement: agreementFigures(patterns, (personId) => names.get(personId) ?? "–"),
  };
}

const letterOf = (index: number): string =>
  (index >= 26 ? letterOf(Math.floor(index / 26) - 1) : "") + String.fromCharCode(65 + (index % 26));

/** Labelling runs of the round's documents that have labels or are on their way, newest first. */
async function listLabellings(round: { id: string; drawId: string }): Promise<LabellingChoice[]> {
  const runs = await database().labellingRun.findMany({
    where: { drawId: { in: await labelledDraws(round.drawId) } },
    orderBy: { createdAt: "desc" },
    include: {
      endpoint: { select: { local: true } },
      prompt: { select: { language: true, version: true } },
      talliedIn: { where: { roundId: round.id } },
    },
  });
  return runs.flatMap((run) => {
    const labelled = run.medical + run.nonMedical + run.unusable;
    const running = underWay.includes(run.state);
    if (labelled === 0 && !running) return [];
    const counted = run.talliedIn[0]?.labels === labelled;
    return [
      {
        id: run.id,
        model: run.model,
        promptLanguage: run.prompt.language,
        promptVersion: run.prompt.version,
        local: run.endpoint.local,
        labelled,
        total: run.total,
        createdAt: run.createdAt.toISOString(),
        state: running ? ("running" as const) : counted ? ("counted" as const) : ("counting" as const),
      },
    ];
  });
}

function choose(labellings: LabellingChoice[], wanted: string | undefined): LabellingChoice | undefined {
  if (!wanted) return labellings.find((labelling) => labelling.state === "counted") ?? labellings[0];
  const found = labellings.find((labelling) => labelling.id === wanted);
  if (!found) throw unprocessable("labelling_not_of_round");
  return found;
}

async function readLabelQuality(
  round: { id: string; drawId: string; convenience: boolean },
  labelling: LabellingChoice | undefined,
  { target }: QualityQuery,
  documents: number,
): Promise<LabelQuality | null> {
  if (labelling?.state !== "counted") return null;
  const [strata, rows] = await Promise.all([
    database().stratum.findMany({
      where: { drawId: round.drawId },
      orderBy: { key: "asc" },
      include: { phaseOneStratum: true },
    }),
    database().qualityTally.findMany({
      where: { roundId: round.id, labellingRunId: labelling.id, count: { gt: 0 } },
      select: { stratumId: true, outcome: true, gold: true, count: true },
    }),
  ]);
  const twoPhases = strata.some(({ phaseOneStratum }) => phaseOneStratum !== null);
  if (target === "drawn_sample" && !twoPhases) throw unprocessable("target_needs_two_phases");
  const tallies = rows.map((row) => ({ ...row, gold: row.gold as GoldState }));
  const compared = tallies.reduce((sum, tally) => sum + tally.count, 0);
  return {
    labellingRunId: labelling.id,
    target,
    twoPhases,
    compared,
    unlabelled: documents - compared,
    ...(round.convenience ? convenienceFigures(tallies) : labelQualityFigures(strata, tallies, target)),
  };
}
