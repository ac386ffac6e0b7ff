import { database, Prisma } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { LogLine } from "./schema";

type Row = Omit<LogLine, "time"> & { time: Date };

/** The newest lines of a run's log, or those before `before` (attempt.file.line of the first line shown), in order. */
export async function readLog(
  actor: StudyActor,
  runId: string,
  { before, level, limit = 200 }: { before?: string; level?: string; limit?: number },
): Promise<{ lines: LogLine[]; before: string | null }> {
  const run = await database().run.findFirst({ where: { id: runId, studyId: actor.studyId }, select: { id: true } });
  if (!run) throw notFound();
  const rows = await database().$queryRaw<Row[]>`
    select "attempt", "file", "line", "level", "code", "message", "time" from "RunLog"
    where "runId" = ${runId}::uuid
      ${level ? Prisma.sql`and "level" = ${level}` : Prisma.empty}
      ${before ? Prisma.sql`and ("attempt", "file", "line") < (${Prisma.join(placeOf(before))})` : Prisma.empty}
    order by "attempt" desc, "file" desc, "line" desc
    limit ${limit + 1}::int`;
  const lines = rows
    .slice(0, limit)
    .reverse()
    .map((row) => ({ ...row, time: row.time.toISOString() }));
  const first = lines[0];
  return { lines, before: rows.length > limit && first ? `${first.attempt}.${first.file}.${first.line}` : null };
}

function placeOf(before: string): number[] {
  const parts = before.split(".").map(Number);
  if (parts.length !== 3 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 2_147_483_647)) {
    throw unprocessable("invalid_input", { fields: "before" });
  }
  return parts;
}
