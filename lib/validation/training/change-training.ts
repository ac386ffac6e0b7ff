import { createHash } from "node:crypto";
import { recordAudit } from "@/lib/audit/record";
import { type Database, inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { takeRound } from "../round-lock";
import { fitToTrain } from "./fit-to-train";
import { readTraining } from "./read-training";
import type { ChangeTrainingInput, Training, TrainingEntry } from "./schema";

/**
 * Sets the training documents of a draft, or of an open round for those who have not begun. Nothing is overwritten: one
 * that is left out or has another label or explanation ends with this version, and the changed one is a new row. Throws
 * 409 `round_closed` and `training_changed`, 422 `training_item_twice`, `training_item_in_round` and
 * `training_text_in_round`.
 */
export async function changeTraining(
  actor: StudyActor,
  roundId: string,
  input: ChangeTrainingInput,
): Promise<Training> {
  await inTransaction(async (transaction) => {
    await takeRound(transaction, roundId);
    const round = await transaction.round.findFirst({
      where: { id: roundId, studyId: actor.studyId },
      include: {
        draw: { select: { id: true, sample: { select: { corpusId: true } } } },
        trainingItems: { where: { removedIn: null } },
      },
    });
    if (!round) throw notFound();
    if (round.state === "closed") throw conflict("round_closed");
    if (round.trainingVersion !== input.version) throw conflict("training_changed");
    const present = new Map(round.trainingItems.map((item) => [item.id, item]));
    const version = round.trainingVersion + 1;
    const stay: { id: string; position: number }[] = [];
    const come = input.items.flatMap((entry, position) => {
      if (!("id" in entry)) return [{ ...sourceOf(entry), ...lessonOf(entry), position }];
      const before = present.get(entry.id);
      if (!before) throw conflict("training_changed");
      if (before.label === entry.label && before.explanation === entry.explanation) {
        stay.push({ id: entry.id, position });
        return [];
      }
      return [{ itemId: before.itemId, text: before.text, ...lessonOf(entry), position }];
    });
    const kept = stay.map(({ id }) => present.get(id)?.itemId ?? null);
    checkOnce(
      input.items.flatMap((entry) => ("id" in entry ? [entry.id] : [])),
      [...kept, ...come.map(({ itemId }) => itemId)].filter((id) => id !== null),
    );
    await checkFit(transaction, actor.studyId, round.draw, come);
    await markBegun(transaction, roundId, round.trainingVersion);
    const staying = stay.map(({ id }) => id);
    const gone = await transaction.trainingItem.updateMany({
      where: { roundId, removedIn: null, id: { notIn: staying } },
      data: { removedIn: version },
    });
    for (const { id, position } of stay) await transaction.trainingItem.update({ where: { id }, data: { position } });
    await transaction.trainingItem.createMany({ data: come.map((item) => ({ ...item, roundId, addedIn: version })) });
    await transaction.round.update({ where: { id: roundId }, data: { trainingVersion: version } });
    await recordAudit(transaction, actor, {
      action: "rounds.changeTraining",
      subject: "round",
      subjectId: roundId,
      detail: { version, items: input.items.length, added: come.length, removed: gone.count },
    });
  });
  return readTraining(actor, roundId);
}

/** Who has decided here without training began with what there was. What came along from another round is not from here. */
async function markBegun(transaction: Database, roundId: string, version: number): Promise<void> {
  await transaction.$executeRaw`
    update "RoundMember" member set "trainingVersion" = ${version}
    where member."roundId" = ${roundId}::uuid and member."trainingVersion" is null
      and exists (select 1 from "Decision" decision
        where decision."roundId" = member."roundId" and decision."personId" = member."personId"
          and decision."idempotencyKey" not like 'carried:%')`;
}

const lessonOf = ({ label, explanation }: TrainingEntry) => ({ label, explanation });
const sourceOf = (entry: { itemId: string } | { text: string }) =>
  "itemId" in entry ? { itemId: entry.itemId, text: null } : { itemId: null, text: entry.text };

function checkOnce(...lists: string[][]): void {
  if (lists.some((ids) => new Set(ids).size < ids.length)) throw unprocessable("training_item_twice");
}

async function checkFit(
  transaction: Database,
  studyId: string,
  draw: { id: string; sample: { corpusId: string } },
  items: { itemId: string | null; text: string | null }[],
): Promise<void> {
  const itemIds = [...new Set(items.flatMap(({ itemId }) => (itemId ? [itemId] : [])))];
  const [fit] = await transaction.$queryRaw<{ count: number }[]>`
    select count(*)::int as "count" from "Item" item
    join "Sample" sample on sample."id" = item."sampleId" and sample."studyId" = ${studyId}::uuid
    where item."id" = any(${itemIds}::uuid[]) and ${fitToTrain({ drawId: draw.id, corpusId: draw.sample.corpusId })}`;
  if ((fit?.count ?? 0) < itemIds.length) throw unprocessable("training_item_in_round");
  const hashes = items.flatMap(({ text }) => (text ? [createHash("sha256").update(text).digest("hex")] : []));
  const same = await transaction.drawItem.count({ where: { drawId: draw.id, item: { textHash: { in: hashes } } } });
  if (same > 0) throw unprocessable("training_text_in_round");
}
