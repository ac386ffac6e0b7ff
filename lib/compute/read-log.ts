import { database, Prisma } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { LogLine } from "./schema";

type Row = Omit<LogLine, "time"> & { time: Date };

/**
 * The newest lines of a run's log; those before `before` (attempt.file.line of the first line shown); or the next ones
 * after `after`, the last line shown: so who follows goes on where it was, with no line missing and none doubled, however
 * long the way was broken. In order.
 */
export async function readLog(
  actor: StudyActor,
  runId: string,
  { before, after, level, limit = 200 }: { before?: string; after?: string; level?: string; limit?: number },
): Promise<{ lines: LogLine[]; before: string | null; more: boolean }> {
  const run = await database().run.findFirst({ where: { id: runId, studyId: actor.studyId }, select: { id: true } });
  if (!run) throw notFound();
  const order = after ? Prisma.sql`asc` : Prisma.sql`desc`;
  const rows = await database().$queryRaw<Row[]>`
    select "attempt", "file", "line", "level", "code", "message", "time" from "RunLog"
    where "runId" = ${runId}::uuid
      ${level ? Prisma.sql`and "level" = ${level}` : Prisma.empty}
      ${before ? Prisma.sql`and ("attempt", "file", "line") < (${Prisma.join(placeOf(before))})` : Prisma.empty}
      ${after ? Prisma.sql`and ("attempt", "file", "line") > (${Prisma.join(placeOf(after))})` : Prisma.empty}
    order by "attempt" ${order}, "file" ${order}, "line" ${order}
    limit ${limit + 1}::int`;
  const page = rows.slice(0, limit);
  const lines = (after ? page : page.reverse()).map((row) => ({ ...row, time: row.time.toISOString() }));
  const first = lines[0];
  const more = rows.length > limit;
  return { more, lines, before: more && !after && first ? `${first.attempt}.${first.file}.${first.line}` : null };
}

function placeOf(place: string): number[] {
  const parts = place.split(".").map(Number);
  if (parts.length !== 3 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 2_147_483_647)) {
    throw unprocessable("invalid_input", { fields: "before, after" });
  }
  return parts;
}
