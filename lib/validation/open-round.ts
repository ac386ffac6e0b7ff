import { recordAudit } from "@/lib/audit/record";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { conflict, notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { type Assignment, assignItems, canonicalAssignment, hashAssignment, newSalt } from "./assignment";
import { carriedAssignment, carryDecisions } from "./carry-decisions";
import { readRound } from "./read-round";
import { takeRound } from "./round-lock";
import type { RoundDetail } from "./schema";

const rowsPerStatement = 5000;

/** Fills the queue and publishes the hash of its assignment; from now on people can decide. */
export async function openRound(actor: StudyActor, roundId: string): Promise<RoundDetail> {
  await inTransaction(async (transaction) => {
    await takeRound(transaction, roundId);
    const round = await transaction.round.findFirst({
      where: { id: roundId, studyId: actor.studyId },
      include: { _count: { select: { members: true } } },
    });
    if (!round) throw notFound();
    if (round.state !== "draft") throw conflict("round_already_open");
    if (round._count.members === 0) throw unprocessable("round_without_members");
    const items = await transaction.drawItem.findMany({
      where: { drawId: round.drawId },
      select: { itemId: true },
    });
    if (items.length === 0) throw unprocessable("round_without_items");
    const carried = round.continuesRoundId
      ? await carriedAssignment(transaction, round.continuesRoundId, round.drawId)
      : [];
    const known = new Set(carried.map(({ itemId }) => itemId));
    const fresh = items.map(({ itemId }) => itemId).filter((itemId) => !known.has(itemId));
    if (fresh.length === 0) throw unprocessable("round_without_open_items");
    const assigned = assignItems(fresh, round.seed, round.doubleShare);
    if (assigned.some((item) => item.wanted > 1) && round._count.members < 2) {
      throw unprocessable("double_needs_two_people");
    }
    const assignment = [...carried, ...assigned];
    const wanted = assignment.reduce((sum, item) => sum + item.wanted, 0);

    const salt = newSalt();
    const assignmentHash = hashAssignment(salt, canonicalAssignment(assignment));
    const moved = await transaction.round.updateMany({
      where: { id: roundId, state: "draft" },
      data: { state: "open", openedAt: new Date(), salt, assignmentHash, items: assignment.length, wanted },
    });
    if (moved.count === 0) throw conflict("round_already_open");
    await insertQueue(transaction, roundId, round.drawId, assignment);
    const decisions = round.continuesRoundId ? await carryDecisions(transaction, roundId, round.continuesRoundId) : 0;
    await recordAudit(transaction, actor, {
      action: "rounds.open",
      subject: "round",
      subjectId: roundId,
      detail: {
        ...{ items: assignment.length, wanted, assignmentHash },
        ...(round.continuesRoundId ? { continuesRoundId: round.continuesRoundId, carried: decisions } : {}),
      },
    });
  });
  // So that the planner knows the new queue before anybody asks; by itself it would look in a minute or so.
  await database().$executeRaw`analyze "RoundItem"`;
  return readRound(actor, roundId);
}

async function insertQueue(transaction: Database, roundId: string, drawId: string, assignment: Assignment) {
  for (let start = 0; start < assignment.length; start += rowsPerStatement) {
    const part = assignment.slice(start, start + rowsPerStatement);
    await transaction.$executeRaw`
      insert into "RoundItem" ("id", "roundId", "itemId", "stratumId", "position", "wanted")
      select row."id", ${roundId}::uuid, drawn."itemId", drawn."stratumId", row."position", row."wanted"
      from unnest(
        ${part.map(() => newId())}::uuid[], ${part.map((item) => item.itemId)}::uuid[],
        ${part.map((_, index) => start + index)}::int[], ${part.map((item) => item.wanted)}::int[]
      ) as row ("id", "itemId", "position", "wanted")
      join "DrawItem" drawn on drawn."drawId" = ${drawId}::uuid and drawn."itemId" = row."itemId"`;
  }
}
