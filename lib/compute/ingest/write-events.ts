import type { Database } from "@/lib/platform/database/client";
import type { AttemptPlace } from "../attempt-files";
import type { EventFile, RunEvent } from "./parse-events";

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;
const isOf =
  <Type extends RunEvent["type"]>(type: Type) =>
  (event: RunEvent): event is Of<Type> =>
    event.type === type;

const dateOf = (seconds: number) => new Date(Math.round(seconds * 1000));

/** Writes what event files tell, in the transaction that moves the attempt's counter. */
export async function writeEvents(
  transaction: Database,
  attempt: AttemptPlace & { id: string },
  files: readonly EventFile[],
): Promise<void> {
  const events = files.flatMap((file) => file.events.map(({ event }) => event));
  await writeTimes(transaction, attempt.id, events);
  await writeMetrics(transaction, attempt, events.filter(isOf("metric")));
  await writeLog(transaction, attempt, files);
  await writeProgress(transaction, attempt, events.filter(isOf("progress")));
  const checkpoint = events.filter(isOf("checkpoint")).at(-1);
  if (checkpoint && checkpoint.address === checkpointAddress(attempt, checkpoint.step)) {
    await transaction.attempt.update({
      where: { id: attempt.id },
      data: { checkpointAddress: checkpoint.address, checkpointStep: checkpoint.step },
    });
  }
}

function checkpointAddress({ runId, number }: AttemptPlace, step: number): string {
  return `store:runs/${runId}/attempts/${number}/checkpoints/step-${String(step).padStart(8, "0")}`;
}

/** By our clock, as heartbeats are: the backend's may be another. */
async function writeTimes(transaction: Database, id: string, events: readonly RunEvent[]): Promise<void> {
  const now = new Date();
  if (events.length === 0) return;
  await transaction.attempt.updateMany({ where: { id, firstEventAt: null }, data: { firstEventAt: now } });
  if (!events.some(tellsOfWork)) return;
  await transaction.attempt.updateMany({ where: { id, workingAt: null }, data: { workingAt: now } });
}

const preparations = new Set(["verifying", "fetching", "preparing", "tokenising"]);

function tellsOfWork(event: RunEvent): boolean {
  if (event.type === "progress") return event.done > 0 && !preparations.has(event.phase);
  return event.type === "metric";
}

/**
 * One point a step counts: what a later attempt measures takes the place of what earlier ones measured from there on, which
 * stays, marked superseded.
 */
async function writeMetrics(transaction: Database, attempt: AttemptPlace, metrics: Of<"metric">[]): Promise<void> {
  if (metrics.length === 0) return;
  const names = metrics.map(({ name }) => name);
  const steps = metrics.map(({ step }) => step);
  const values = metrics.map(({ value }) => value);
  const times = metrics.map(({ time }) => dateOf(time));
  await transaction.$executeRaw`
    insert into "Metric" ("runId", "attempt", "name", "step", "value", "time")
    select ${attempt.runId}::uuid, ${attempt.number}::int, each.*
    from unnest(${names}::text[], ${steps}::int[], ${values}::double precision[], ${times}::timestamptz[]) as each
    on conflict do nothing`;
  if (attempt.number === 1) return;
  await transaction.$executeRaw`
    update "Metric" set "superseded" = true
    from (select name, min(step) as step from unnest(${names}::text[], ${steps}::int[]) as each(name, step) group by name)
      as first
    where "runId" = ${attempt.runId}::uuid and "Metric"."name" = first.name and "Metric"."step" >= first.step
      and "attempt" < ${attempt.number}::int and not "superseded"`;
}

async function writeLog(transaction: Database, attempt: AttemptPlace, files: readonly EventFile[]): Promise<void> {
  const rows = files.flatMap((file) => [...toldBy(file), ...damageOf(file)]);
  if (rows.length === 0) return;
  const column = <Key extends keyof LogRow>(key: Key) => rows.map((row) => row[key]);
  await transaction.$executeRaw`
    insert into "RunLog" ("runId", "attempt", "file", "line", "level", "code", "message", "time")
    select ${attempt.runId}::uuid, ${attempt.number}::int, each.*
    from unnest(
      ${column("file")}::int[], ${column("line")}::int[], ${column("level")}::text[], ${column("code")}::text[],
      ${column("message")}::text[], ${column("time")}::timestamptz[]) as each
    on conflict do nothing`;
}

type LogRow = { file: number; line: number; level: string; code: string | null; message: string; time: Date };

function toldBy({ number, events }: EventFile): LogRow[] {
  return events.flatMap(({ line, event }) => {
    if (event.type !== "log" && event.type !== "warning") return [];
    const { message, time } = event;
    const [level, code] = event.type === "log" ? [event.level, null] : ["warning", event.code];
    return [{ file: number, line, level, code, message, time: dateOf(time) }];
  });
}

/** Line 0 of a file is what we say about it. */
function damageOf({ number, damage }: EventFile): LogRow[] {
  if (damage === 0) return [];
  const row = { file: number, line: 0, level: "warning", time: new Date() };
  if (damage === "missing") {
    return [{ ...row, code: "event_file_missing", message: `Event file ${number} is missing.` }];
  }
  const extent = damage === "too_large" ? "it is too large" : `${damage} lines can't be read`;
  return [{ ...row, code: "event_file_damaged", message: `Event file ${number} is damaged: ${extent}.` }];
}

/** The time left is counted from where the present phase began. */
async function writeProgress(transaction: Database, attempt: AttemptPlace, events: Of<"progress">[]): Promise<void> {
  const last = events.at(-1);
  if (!last) return;
  const run = await transaction.run.findUniqueOrThrow({
    where: { id: attempt.runId },
    select: { progressPhase: true, progressDone: true, progressSince: true },
  });
  const startsAnew = run.progressSince === null || run.progressPhase !== last.phase || last.done < run.progressDone;
  const first = events.find((event) => event.phase === last.phase) ?? last;
  await transaction.run.update({
    where: { id: attempt.runId },
    data: {
      progressDone: last.done,
      progressTotal: last.total,
      progressUnit: last.unit,
      progressPhase: last.phase,
      progressAt: dateOf(last.time),
      ...(startsAnew ? { progressSince: dateOf(first.time), progressSinceDone: first.done } : {}),
    },
  });
}
