import { rm } from "node:fs/promises";
import { recordAudit } from "@/lib/audit/record";
import { type Database, database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { notFound, Problem, unprocessable } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { digestOf } from "@/lib/platform/storage/files";
import { writeParquet } from "@/lib/platform/storage/parquet";
import type { StudyActor } from "@/lib/studies/actor";
import { roundsDecidedIn } from "@/lib/studies/kept-from";
import { type DocumentRole, roleOf } from "./rules";
import type { StartTraining } from "./schema";

type Labelled = {
  itemId: string;
  stratumId: string;
  /** null: a convenience sample, all alike */
  inclusionProbability: number | null;
  /** in the draw of the round, where people decided */
  judgedStratumId: string | null;
  judgedProbability: number | null;
  duplicateGroup: string;
  people: "medical" | "non_medical" | null;
  llm: "medical" | "non_medical" | "unusable" | null;
};
type Member = {
  itemId: string;
  stratumId: string;
  role: DocumentRole;
  medical: boolean;
  byPeople: boolean;
  weight: number;
};

type LabelSetInput = Pick<
  StartTraining,
  "name" | "source" | "roundId" | "labellingRunId" | "seed" | "tuneShare" | "testShare"
>;
type BuiltLabelSet = { id: string; address: string; digest: string; members: Member[] };

const fewestOfEach = 2;

/**
 * Freezes which documents a classifier learns from, whose labels they carry, and which role they have. Near-duplicates
 * share a role. The test part takes people's labels where a round is given, also when it learns from an LLM's: documents
 * of the test part on which no people settled are left out then. Weights are inverse inclusion probabilities, mean 1.
 * Only its file is there afterwards: `saveLabelSet` writes the rows, in the transaction of the run that uses it, and
 * `dropLabelSet` takes the file away where there is no such run. Throws `label_set_too_small`.
 */
export async function buildLabelSet(actor: StudyActor, input: LabelSetInput): Promise<BuiltLabelSet> {
  const labelled = await readLabelled(await drawOf(actor, input), input);
  const members = assignRoles(labelled, input);
  requireEnough(members);
  const id = newId();
  const address = `store:label-sets/${id}.parquet`;
  await writeParquet(
    pathOf(address),
    { id: "text", text: "text", label: "integer", weight: "double", split: "text" },
    documentsOf(members),
  );
  return { id, address, digest: await digestOf(pathOf(address)), members };
}

export async function saveLabelSet(
  transaction: Database,
  actor: StudyActor,
  input: LabelSetInput,
  { id, address, digest, members }: BuiltLabelSet,
): Promise<void> {
  await transaction.labelSet.create({
    data: {
      id,
      studyId: actor.studyId,
      name: input.name,
      source: input.source,
      roundId: input.roundId,
      labellingRunId: input.labellingRunId,
      seed: input.seed,
      tuneShare: input.tuneShare,
      testShare: input.testShare,
      address,
      digest,
      documents: members.length,
      createdById: actor.personId,
    },
  });
  for (let start = 0; start < members.length; start += 5000) {
    await transaction.labelSetItem.createMany({
      data: members.slice(start, start + 5000).map((member) => ({ ...member, labelSetId: id })),
    });
  }
  await recordAudit(transaction, actor, {
    action: "label-sets.create",
    subject: "label-set",
    subjectId: id,
    detail: { name: input.name, source: input.source, documents: members.length },
  });
}

/** A set that rows name keeps its file: a fault says nothing of whether the transaction was committed before it. */
export async function dropLabelSet({ id, address }: Pick<BuiltLabelSet, "id" | "address">): Promise<void> {
  if (await database().labelSet.findUnique({ where: { id }, select: { id: true } })) return;
  await rm(pathOf(address), { force: true });
}

/**
 * The draw whose documents are taken: that on which round and labelling run both rest; the labelling run's, where the round
 * is over documents drawn from it and what an LLM said is to be learnt. Throws 404, `label_sources_differ`, and 403
 * `quality_hidden_while_deciding` to those who decide in the open round: the figures would be its estimates.
 */
async function drawOf(
  actor: StudyActor,
  { source, roundId, labellingRunId }: Pick<StartTraining, "source" | "roundId" | "labellingRunId">,
): Promise<string> {
  const { studyId } = actor;
  const [round, run] = await Promise.all([
    roundId ? database().round.findFirst({ where: { id: roundId, studyId }, include: { draw: true } }) : null,
    labellingRunId ? database().labellingRun.findFirst({ where: { id: labellingRunId, studyId } }) : null,
  ]);
  if ((roundId && !round) || (labellingRunId && !run)) throw notFound();
  if (round && (await database().round.count({ where: { id: round.id, ...roundsDecidedIn(actor) } })) > 0) {
    throw new Problem(403, "quality_hidden_while_deciding");
  }
  const secondPhase = round && run && round.draw.parentDrawId === run.drawId;
  if (round && run && round.drawId !== run.drawId && !secondPhase) throw unprocessable("label_sources_differ");
  if (secondPhase && source === "llm") return run.drawId;
  const drawId = round?.drawId ?? run?.drawId;
  if (!drawId) throw notFound();
  return drawId;
}

function readLabelled(
  drawId: string,
  { roundId, labellingRunId }: { roundId: string | null; labellingRunId: string | null },
): Promise<Labelled[]> {
  return database().$queryRaw<Labelled[]>`
    select d."itemId", d."stratumId", d."inclusionProbability", item."duplicateGroup",
      judged."stratumId" as "judgedStratumId", judged."inclusionProbability" as "judgedProbability",
      decided."gold"::text as "people", label."outcome"::text as "llm"
    from "DrawItem" d
    join "Item" item on item."id" = d."itemId" and item."erasedAt" is null
    left join "RoundItem" decided on decided."itemId" = d."itemId" and decided."roundId" = ${roundId}::uuid
      and decided."decided" > 0 and decided."gold" <> 'unsure'
    left join "DrawItem" judged on judged."itemId" = decided."itemId"
      and judged."drawId" = (select "drawId" from "Round" where "id" = decided."roundId")
    left join "LlmLabel" label on label."itemId" = d."itemId" and label."labellingRunId" = ${labellingRunId}::uuid
    where d."drawId" = ${drawId}::uuid and (decided."gold" is not null or label."outcome" is not null)
    order by d."position"`;
}

function assignRoles(
  labelled: Labelled[],
  input: Pick<StartTraining, "source" | "roundId" | "seed" | "tuneShare" | "testShare">,
): Member[] {
  const shares = { tune: input.tuneShare, test: input.testShare };
  const members = labelled.flatMap((document): Member[] => {
    const role = roleOf(document.duplicateGroup, input.seed, shares);
    // An unusable LLM answer counts as negative when it is judged, but teaches nothing.
    const llm = document.llm === "unusable" ? null : document.llm;
    const byPeople = input.source === "people" || (role === "test" && input.roundId !== null);
    const label = byPeople ? document.people : llm;
    if (label === null) return [];
    const { itemId } = document;
    const stratumId = (byPeople && document.judgedStratumId) || document.stratumId;
    const inclusionProbability = (byPeople && document.judgedProbability) || (document.inclusionProbability ?? 1);
    return [{ itemId, stratumId, role, medical: label === "medical", byPeople, weight: 1 / inclusionProbability }];
  });
  const mean = members.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, members.length);
  return members.map((member) => ({ ...member, weight: member.weight / mean }));
}

function requireEnough(members: Member[]): void {
  for (const role of ["train", "tune", "test"] as const) {
    for (const medical of [true, false]) {
      const count = members.filter((member) => member.role === role && member.medical === medical).length;
      if (count >= fewestOfEach) continue;
      throw unprocessable("label_set_too_small", { role, label: medical ? "medical" : "non-medical", count });
    }
  }
}

/** Texts are read in pages, so that a large set does not lie in memory at once. */
async function* documentsOf(members: Member[]) {
  const pageSize = 1000;
  for (let start = 0; start < members.length; start += pageSize) {
    const page = members.slice(start, start + pageSize);
    const items = await database().item.findMany({
      where: { id: { in: page.map(({ itemId }) => itemId) } },
      select: { id: true, text: true },
    });
    const texts = new Map(items.map(({ id, text }) => [id, text]));
    for (const { itemId, medical, weight, role } of page) {
      yield { id: itemId, text: texts.get(itemId) ?? "", label: medical ? 1 : 0, weight, split: role };
    }
  }
}
