import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { database, inTransaction, type Prisma } from "@/lib/platform/database/client";
import type { CheckpointKind } from "@/lib/platform/database/generated/enums";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { CheckpointSummary } from "./schema";

const include = { parents: { include: { parent: { select: { id: true, name: true } } } } } as const;
type Row = Prisma.CheckpointGetPayload<{ include: typeof include }>;

/** What a study can use: its own checkpoints and the instance's base checkpoints. */
export const visibleTo = (studyId: string) => ({ archivedAt: null, OR: [{ studyId }, { studyId: null }] });

async function summarise(rows: Row[]): Promise<CheckpointSummary[]> {
  const runIds = rows.flatMap((row) => (row.madeByRunId ? [row.madeByRunId] : []));
  const runs = await database().run.findMany({ where: { id: { in: runIds } }, select: { id: true, summary: true } });
  const summaries = new Map(runs.map((run) => [run.id, run.summary]));
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    name: row.name,
    address: row.address,
    digest: row.digest,
    description: row.description,
    madeByRunId: row.madeByRunId,
    parents: row.parents.map(({ parent, role }) => ({ ...parent, role })),
    summary: (summaries.get(row.madeByRunId ?? "") ?? {}) as Record<string, unknown>,
    createdAt: row.createdAt.toISOString(),
  }));
}

export async function listCheckpoints(actor: StudyActor, kinds: CheckpointKind[]): Promise<CheckpointSummary[]> {
  const rows = await database().checkpoint.findMany({
    where: { ...visibleTo(actor.studyId), kind: { in: kinds } },
    include,
    orderBy: { createdAt: "asc" },
    take: 500,
  });
  return summarise(rows);
}

export async function readCheckpoint(actor: StudyActor, checkpointId: string): Promise<CheckpointSummary> {
  const row = await database().checkpoint.findFirst({
    where: { ...visibleTo(actor.studyId), id: checkpointId },
    include,
  });
  if (!row) throw notFound();
  const [summary] = await summarise([row]);
  if (!summary) throw notFound();
  return summary;
}

/** For administrators: what every study may start from. */
export async function listBaseCheckpoints(): Promise<CheckpointSummary[]> {
  const rows = await database().checkpoint.findMany({
    where: { studyId: null, archivedAt: null },
    include,
    orderBy: { createdAt: "asc" },
  });
  return summarise(rows);
}

export function createBaseCheckpoint(
  actor: Actor,
  input: { name: string; kind: "base" | "encoder"; address: string; description: string },
): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const row = await transaction.checkpoint.create({ data: input });
    await recordAudit(transaction, actor, {
      action: "checkpoints.create",
      subject: "checkpoint",
      subjectId: row.id,
      detail: { name: input.name, address: input.address },
    });
    return { id: row.id };
  });
}

/** Runs that used it keep their reference; it can't be chosen any more. */
export async function archiveBaseCheckpoint(actor: Actor, checkpointId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const { count } = await transaction.checkpoint.updateMany({
      where: { id: checkpointId, studyId: null, archivedAt: null },
      data: { archivedAt: new Date() },
    });
    if (count === 0) throw notFound();
    await recordAudit(transaction, actor, {
      action: "checkpoints.archive",
      subject: "checkpoint",
      subjectId: checkpointId,
    });
  });
}
