import { beforeAll, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { listRuns } from "./list-runs";
import { readLog } from "./read-log";
import { readMetrics } from "./read-metrics";
import { readRun } from "./read-run";
import { secondsLeft } from "./rules";
import { makeBackend, makeRun } from "./testing/runs";

useTestDatabase();

let researcher: StudyActor;
let stranger: StudyActor;
let backendId: string;
let runId: string;

beforeAll(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
  stranger = await makeMember(await makeStudy(), "owner");
  backendId = await makeBackend("http://127.0.0.1:1");
  runId = await makeRun(researcher, backendId, { name: "First" });
});

async function writePoints(name: string, count: number, value: string) {
  await database().$executeRawUnsafe(`
    insert into "Metric" ("runId", "attempt", "name", "step", "value", "time")
    select '${runId}', 1, '${name}', step, ${value}, now() from generate_series(1, ${count}) step`);
}

describe("a curve", () => {
  it("comes whole where it is short", async () => {
    await writePoints("short", 100, "1.0 / step");
    const series = await readMetrics(researcher, runId, "short");
    expect(series.total).toBe(100);
    expect(series.points).toHaveLength(100);
  });

  it("is thinned out where it is long, with its ends and its one peak kept", async () => {
    await writePoints("long", 100_000, "case when step = 77777 then 1000 else sin(step / 1000.0) end");
    const series = await readMetrics(researcher, runId, "long");
    expect(series.total).toBe(100_000);
    expect(series.points.length).toBeLessThanOrEqual(2000);
    expect(series.points.length).toBeGreaterThan(1500);
    expect(series.points[0]?.step).toBe(1);
    expect(series.points.at(-1)?.step).toBe(100_000);
    expect(series.points.filter(({ value }) => value === 1000)).toMatchObject([{ step: 77_777 }]);
    expect(series.points.every(({ step }, index) => index === 0 || step > (series.points[index - 1]?.step ?? 0))).toBe(
      true,
    );
  });

  it("leaves out what is superseded", async () => {
    await writePoints("again", 10, "1");
    await database().metric.updateMany({
      where: { runId, name: "again", step: { gt: 4 } },
      data: { superseded: true },
    });
    expect((await readMetrics(researcher, runId, "again")).total).toBe(4);
  });
});

describe("the log", () => {
  it("comes in pages from its end, without gaps or repetitions", async () => {
    await database().runLog.createMany({
      data: Array.from({ length: 25 }, (_, index) => ({
        runId,
        attempt: 1 + Math.floor(index / 20),
        file: 1 + Math.floor((index % 20) / 5),
        line: 1 + (index % 5),
        level: index % 10 === 0 ? "warning" : "info",
        message: `line ${index}`,
        time: new Date(),
      })),
    });
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await readLog(researcher, runId, { before, limit: 10 });
      seen.unshift(...page.lines.map(({ message }) => message));
      before = page.before ?? undefined;
    } while (before);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `line ${index}`));
    expect((await readLog(researcher, runId, { level: "warning" })).lines).toHaveLength(3);
    await expect(readLog(researcher, runId, { before: "1.x.2" })).rejects.toMatchObject({ status: 422 });
  });
});

describe("who follows the log", () => {
  it("goes on after the last line that was read, whatever came meanwhile, with none missing and none doubled", async () => {
    const write = (attempt: number, file: number, lines: number) =>
      database().runLog.createMany({
        data: Array.from({ length: lines }, (_, line) => ({
          ...{ runId, attempt, file, line, level: "info", message: `${attempt}.${file}.${line}`, time: new Date() },
        })),
      });
    await database().runLog.deleteMany({ where: { runId } });
    await write(1, 1, 3);
    const seen = (await readLog(researcher, runId, {})).lines.map(({ message }) => message);
    // The studio sleeps; the attempt ends, another one begins.
    await write(1, 2, 4);
    await write(2, 1, 5);
    for (let more = true; more; ) {
      const next = await readLog(researcher, runId, { after: seen.at(-1), limit: 4 });
      seen.push(...next.lines.map(({ message }) => message));
      more = next.more;
    }
    const all = await database().runLog.findMany({
      where: { runId },
      orderBy: [{ attempt: "asc" }, { file: "asc" }, { line: "asc" }],
    });
    expect(seen).toEqual(all.map(({ message }) => message));
    expect(await readLog(researcher, runId, { after: seen.at(-1) })).toEqual({ lines: [], before: null, more: false });
    await expect(readLog(researcher, runId, { after: "1.2" })).rejects.toMatchObject({ status: 422 });
  });
});

describe("the list of runs", () => {
  it("comes in pages, newest first, filtered by state, kind and name, of the own study only", async () => {
    for (let count = 0; count < 5; count++) await makeRun(researcher, backendId, { name: `Number ${count}` });
    const first = await listRuns(researcher, { limit: 4 });
    const second = await listRuns(researcher, { limit: 4, after: first.next ?? undefined });
    const names = [...first.runs, ...second.runs].map(({ name }) => name);
    expect(names).toEqual(["Number 4", "Number 3", "Number 2", "Number 1", "Number 0", "First"]);
    expect(second.next).toBeNull();
    expect((await listRuns(researcher, { search: "number 3" })).runs).toHaveLength(1);
    expect((await listRuns(researcher, { states: ["failed"] })).runs).toHaveLength(0);
    expect((await listRuns(researcher, { kinds: ["merge"], states: ["queued"] })).runs).toHaveLength(6);
    expect((await listRuns(stranger, {})).runs).toHaveLength(0);
  });
});

describe("a run", () => {
  it("shows the names of what it used, of its curves, and what it waits for", async () => {
    const { id } = await database().checkpoint.create({
      data: { kind: "base", name: "Base model", address: "store:x" },
    });
    const target = await makeRun(researcher, backendId, {
      edges: [
        { kind: "checkpoint", targetId: id, role: "first" },
        { kind: "corpus", targetId: crypto.randomUUID(), role: "second" },
      ],
    });
    await database().attempt.create({
      data: { runId: target, number: 1, submissionId: target, state: "pending", waitingCode: "resources" },
    });
    await database().run.update({ where: { id: target }, data: { currentAttempt: 1 } });
    expect(await readRun(researcher, target)).toMatchObject({
      waitingCode: "resources",
      createdByName: "researcher",
      edges: [
        { role: "first", name: "Base model" },
        { role: "second", name: null },
      ],
    });
    expect((await readRun(researcher, runId)).metricNames).toEqual(["again", "long", "short"]);
  });

  it("tells how long each attempt took to its first event, and for how long it was interrupted", async () => {
    const id = await makeRun(researcher, backendId);
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    const attempt = (number: number, times: object) => ({
      runId: id,
      number,
      submissionId: `${id}-${number}`,
      ...times,
    });
    await database().attempt.createMany({
      data: [
        attempt(1, { submittedAt: at(1), firstEventAt: at(8), workingAt: at(9), heartbeatAt: at(20) }),
        attempt(2, { submittedAt: at(32), firstEventAt: at(40), workingAt: at(45) }),
        attempt(3, {}),
      ],
    });
    expect((await readRun(researcher, id)).attempts).toMatchObject([
      { secondsToFirstEvent: 7, secondsInterrupted: null },
      { secondsToFirstEvent: 8, secondsInterrupted: 25 },
      { secondsToFirstEvent: null, secondsInterrupted: null },
    ]);
  });

  it("of another study does not exist", async () => {
    const asks = [
      () => readRun(stranger, runId),
      () => readMetrics(stranger, runId, "short"),
      () => readLog(stranger, runId, {}),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ status: 404 });
  });
});

describe("the time left", () => {
  const progress = { done: 50, total: 100, at: 60_000, since: 10_000, sinceDone: 0 };
  it("follows from the speed of the present phase", () => {
    expect(secondsLeft(progress)).toBe(50);
    expect(secondsLeft({ ...progress, sinceDone: 25 })).toBe(100);
  });
  it("is not known before anything is done, nor when all is", () => {
    expect(secondsLeft({ ...progress, done: 0 })).toBeNull();
    expect(secondsLeft({ ...progress, done: 100 })).toBeNull();
    expect(secondsLeft({ ...progress, since: null })).toBeNull();
  });
});
