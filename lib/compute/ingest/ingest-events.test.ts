import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { attemptFile } from "../attempt-files";
import { makeBackend, makeRun, metric, metricsOf, writeEventFile } from "../testing/runs";
import { type IngestPlace, ingestBeyondGaps, ingestEvents } from "./ingest-events";

useTestDatabase();

let researcher: StudyActor;
let place: IngestPlace;

beforeAll(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
});

beforeEach(async () => {
  const runId = await makeRun(researcher, await makeBackend("http://127.0.0.1:1"));
  const attempt = await database().attempt.create({
    data: { runId, number: 1, state: "running", submissionId: runId },
  });
  await database().run.update({ where: { id: runId }, data: { currentAttempt: 1, state: "running" } });
  place = { id: attempt.id, runId, number: 1, eventsIngested: 0 };
});

const counter = async () => (await database().attempt.findUniqueOrThrow({ where: { id: place.id } })).eventsIngested;
const logOf = () =>
  database().runLog.findMany({ where: { runId: place.runId }, orderBy: [{ file: "asc" }, { line: "asc" }] });

/** Sixty files with two points and a line of log each. */
async function writeMany(files = 60) {
  for (let number = 1; number <= files; number++) {
    await writeEventFile(place, number, [
      metric(2 * number),
      { type: "log", level: "info", message: `line of file ${number}` },
      metric(2 * number + 1),
    ]);
  }
}

describe("event files are taken in exactly once", () => {
  it("by many ticks at the same time", async () => {
    await writeMany();
    await Promise.all(Array.from({ length: 6 }, () => ingestEvents(place)));
    expect(await counter()).toBe(60);
    expect((await metricsOf(place.runId)).rows).toHaveLength(120);
    expect(await logOf()).toHaveLength(60);
  });

  it("by ticks again and again, with an old view of the counter", async () => {
    await writeMany();
    for (let count = 0; count < 3; count++) await ingestEvents(place);
    expect((await metricsOf(place.runId)).rows).toHaveLength(120);
    expect(await logOf()).toHaveLength(60);
  });

  it("when a transaction breaks off in the middle: neither rows nor counter stay", async () => {
    await writeMany(3);
    await database().$executeRawUnsafe(`
      create function break_off() returns trigger language plpgsql as $$ begin raise exception 'power cut'; end $$`);
    await database().$executeRawUnsafe(
      `create trigger break_off before insert on "RunLog" for each row execute function break_off()`,
    );
    await expect(ingestEvents(place)).rejects.toThrow("power cut");
    expect(await counter()).toBe(0);
    expect((await metricsOf(place.runId)).rows).toHaveLength(0);
    await database().$executeRawUnsafe(`drop function break_off cascade`);
    await ingestEvents(place);
    expect(await counter()).toBe(3);
    expect((await metricsOf(place.runId)).rows).toHaveLength(6);
  });

  it("and a point that is told twice counts once", async () => {
    await writeEventFile(place, 1, [metric(1, 5), metric(1, 6)]);
    await writeEventFile(place, 2, [metric(1, 7)]);
    await ingestEvents(place);
    expect((await metricsOf(place.runId)).rows).toMatchObject([{ step: 1, value: 5 }]);
  });

  it("also a very large file", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => ({ type: "log", level: "info", message: `${index}` }));
    await writeEventFile(place, 1, lines);
    await ingestEvents(place);
    expect(await database().runLog.count({ where: { runId: place.runId } })).toBe(20_000);
  });
});

describe("events of an attempt that no longer counts", () => {
  it.each([
    [
      "a newer attempt is current",
      () => database().run.update({ where: { id: place.runId }, data: { currentAttempt: 2 } }),
    ],
    ["the run is over", () => database().run.update({ where: { id: place.runId }, data: { state: "cancelled" } })],
    ["the attempt is lost", () => database().attempt.update({ where: { id: place.id }, data: { state: "lost" } })],
  ])("are refused: %s", async (_, change) => {
    await writeMany(2);
    await change();
    expect(await ingestEvents(place)).toBe("refused");
    expect((await metricsOf(place.runId)).rows).toHaveLength(0);
    expect(await counter()).toBe(0);
  });
});

describe("event files that are not as they should be", () => {
  it("wait for a missing one while the attempt works, and go on beyond it with a warning once it has ended", async () => {
    await writeEventFile(place, 1, [metric(1)]);
    await writeEventFile(place, 3, [metric(3)]);
    await ingestEvents(place);
    expect(await counter()).toBe(1);
    await ingestBeyondGaps(place);
    expect(await counter()).toBe(3);
    expect((await metricsOf(place.runId)).rows.map(({ step }) => step)).toEqual([1, 3]);
    expect(await logOf()).toMatchObject([{ file: 2, line: 0, level: "warning", code: "event_file_missing" }]);
  });

  it("give what can be read of a damaged one, and a warning", async () => {
    const content = `${JSON.stringify({ ...metric(1), time: 1 })}\nnot json\n{"type":"metric"}\n${JSON.stringify({
      ...metric(2),
      time: 2,
    })}\n{"type":"metric","name":"lo`;
    await writeWhole(attemptFile(place, "events", "000001.jsonl"), content);
    await ingestEvents(place);
    expect((await metricsOf(place.runId)).rows.map(({ step }) => step)).toEqual([1, 2]);
    expect(await logOf()).toMatchObject([{ code: "event_file_damaged", message: expect.stringContaining("3 lines") }]);
  });

  it("lose characters that the database can't hold, and no more", async () => {
    await writeEventFile(place, 1, [{ type: "log", level: "info", message: "a\u0000b <script>" }]);
    await writeEventFile(place, 2, [
      { ...metric(1), name: "lo\u0000ss" },
      { type: "progress", done: 1, total: 2, unit: "doc\u0000s", phase: "tra\u0000in" },
      { type: "warning", code: "slow\u0000", message: "slow" },
    ]);
    await ingestEvents(place);
    expect(await logOf()).toMatchObject([{ message: "a�b <script>" }, { code: "slow�" }]);
    expect((await metricsOf(place.runId)).rows).toMatchObject([{ name: "lo�ss", step: 1 }]);
  });

  it("believe no checkpoint that lies elsewhere", async () => {
    await writeEventFile(place, 1, [
      { type: "checkpoint", step: 3, address: "store:runs/other/attempts/1/checkpoints/step-00000003" },
    ]);
    await ingestEvents(place);
    expect(await database().attempt.findUnique({ where: { id: place.id } })).toMatchObject({ checkpointStep: null });
  });
});

describe("the time of an attempt's first event", () => {
  const times = async () => {
    const { firstEventAt, workingAt } = await database().attempt.findUniqueOrThrow({ where: { id: place.id } });
    return { firstEventAt, workingAt };
  };
  const progress = (phase: string, done: number) => ({ type: "progress", done, total: 9, unit: "bytes", phase });

  it("is kept once, and preparations are no work yet", async () => {
    await writeEventFile(place, 1, [progress("verifying", 4), progress("training", 0)]);
    await ingestEvents(place);
    const first = await times();
    expect(first).toMatchObject({ firstEventAt: expect.any(Date), workingAt: null });

    await writeEventFile(place, 2, [metric(1)]);
    await ingestEvents({ ...place, eventsIngested: 1 });
    const second = await times();
    expect(second).toEqual({ firstEventAt: first.firstEventAt, workingAt: expect.any(Date) });

    await writeEventFile(place, 3, [metric(2)]);
    await ingestEvents({ ...place, eventsIngested: 2 });
    expect(await times()).toEqual(second);
  });

  it("stays open while no file tells of anything", async () => {
    await writeWhole(attemptFile(place, "events", "000001.jsonl"), "not json\n");
    await ingestEvents(place);
    expect(await times()).toEqual({ firstEventAt: null, workingAt: null });
  });
});
