import { recordAudit } from "@/lib/audit/record";
import type { Database } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { isAboutBudget } from "./rules";
import { roomFor, type Spent } from "./spending";

export type WorkMove = "pause" | "resume" | "cancel";
type Change<State> =
  | { state: State; failureCode: null; failureDetail: null; finishedAt: Date | null }
  | { tokenBudget: number | null };
type Where = { id: string; studyId: string };

/** A kind of work that asks an endpoint until all is answered: rows of a table of its own, moved on by a job of its own. */
export type EndpointWork<State extends string> = {
  /** in the names of audited actions */
  name: string;
  /** of audit entries */
  subject: string;
  /** the problem's code where a row is in no state for what is asked */
  wrongState: string;
  moves: Record<WorkMove, { from: readonly State[]; to: State }>;
  update(transaction: Database, where: Where, from: readonly State[], data: Change<State>): Promise<{ count: number }>;
  find(transaction: Database, where: Where): Promise<(Spent & { state: State; failureCode: string | null }) | null>;
  enqueueTick(transaction: Database, id: string): Promise<void>;
};

/**
 * What is answered stays. Throws `wrongState` where it is in no state for that, `budget_reached` and `usage_unknown` where
 * it can't go on with its budget.
 */
export async function moveWork<State extends string>(
  work: EndpointWork<State>,
  transaction: Database,
  actor: StudyActor,
  id: string,
  move: WorkMove,
): Promise<void> {
  const { from, to } = work.moves[move];
  const row = await changeRow(work, transaction, { id, studyId: actor.studyId }, from, {
    state: to,
    failureCode: null,
    failureDetail: null,
    finishedAt: move === "cancel" ? new Date() : null,
  });
  await recordAudit(transaction, actor, { action: `${work.name}.${move}`, subject: work.subject, subjectId: id });
  if (move !== "resume") return;
  const room = roomFor(row);
  if (typeof room === "string") throw conflict(room);
  await work.enqueueTick(transaction, id);
}

/**
 * How many tokens it may spend, also while it is under way. What was paused for its budget goes on where the new one has
 * room. Throws `wrongState` where nothing more will be asked.
 */
export async function changeWorkBudget<State extends string>(
  work: EndpointWork<State>,
  transaction: Database,
  actor: StudyActor,
  id: string,
  tokenBudget: number | null,
): Promise<void> {
  const where = { id, studyId: actor.studyId };
  const row = await changeRow(work, transaction, where, work.moves.cancel.from, { tokenBudget });
  await recordAudit(transaction, actor, {
    action: `${work.name}.change-budget`,
    subject: work.subject,
    subjectId: id,
    detail: { tokenBudget },
  });
  const hasRoom = typeof roomFor(row) === "number";
  if (row.state === "paused" && isAboutBudget(row.failureCode) && hasRoom) {
    await moveWork(work, transaction, actor, id, "resume");
  }
}

/** The row after the change. */
async function changeRow<State extends string>(
  work: EndpointWork<State>,
  transaction: Database,
  where: Where,
  from: readonly State[],
  data: Change<State>,
) {
  const { count } = await work.update(transaction, where, from, data);
  const row = await work.find(transaction, where);
  if (!row) throw notFound();
  if (count === 0) throw conflict(work.wrongState, { state: row.state });
  return row;
}
