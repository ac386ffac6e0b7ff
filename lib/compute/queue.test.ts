import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { database, inTransaction } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makePerson, makeStudy } from "@/lib/studies/testing/people";
import { changeBackend } from "./backends";
import { cancelRun } from "./cancel-run";
import { changePriority } from "./change-priority";
import { listRuns } from "./list-runs";
import { lockQueue, placesInQueue } from "./queue";
import { readRun } from "./read-run";
import type { RunPriorityName } from "./schema";
import { presets } from "./specs/index";
import { type RayStandIn, startRayStandIn } from "./testing/ray-stand-in";
import { backendToken, makeBackend, makeRun, runOf, testClock } from "./testing/runs";

useTestDatabase();

let ray: RayStandIn;
let administrator: Actor;
let researcher: StudyActor;
let neighbour: StudyActor;
let backendId: string;
const clock = testClock();

beforeAll(async () => {
  administrator = await makePerson("Administrator", { administrator: true });
  researcher = await makeMember(await makeStudy(), "researcher");
  neighbour = await makeMember(await makeStudy(), "researcher");
});
beforeEach(async () => {
  await ray?.close();
  ray = await startRayStandIn(backendToken);
  backendId = await makeBackend(ray.address);
});
afterAll(() => ray.close());

const limit = (maxLiveRuns: number | null) =>
  changeBackend(administrator, backendId, { maxLiveRuns, gpuHourPrice: null, currency: "EUR" });
const onGpu = {
  kind: "evaluate" as const,
  inputs: { model: { address: "store:m", digest: null }, questions: { address: "store:q", digest: null } },
  parameters: presets.evaluate.example,
};
const submitted = () => ray.submissions.map(({ entrypoint }) => /--run-id (\S+)/.exec(entrypoint)?.[1]);
const start = (name: string, priority?: RunPriorityName, actor = researcher) =>
  makeRun(actor, backendId, { name, priority });

/** Every run gets so many ticks, as the worker would give them. */
async function tickAll(ids: readonly string[], times = 2) {
  for (let count = 0; count < times; count++) for (const id of ids) await clock.advance(id);
}

async function order(): Promise<string[]> {
  const places = [...(await placesInQueue([backendId])).entries()].sort(([, a], [, b]) => a.place - b.place);
  const runs = await database().run.findMany({ where: { backendId } });
  return places.map(([id]) => runs.find((run) => run.id === id)?.name ?? "");
}

async function finish(runId: string) {
  const job = [...ray.jobs.entries()].find(([id]) => id.includes(runId))?.[1];
  if (!job) throw new Error("it was never submitted");
  Object.assign(job, { status: "FAILED", driver_exit_code: 2 });
  await clock.advance(runId);
}

async function atWork(runId: string) {
  const job = [...ray.jobs.entries()].find(([id]) => id.includes(runId))?.[1];
  if (!job) throw new Error("it was never submitted");
  job.status = "RUNNING";
  await clock.advance(runId);
}

describe("a limit of runs at once", () => {
  it("keeps further runs in the studio, which say what they wait for and where they stand", async () => {
    await limit(1);
    const ids = [await start("first"), await start("second"), await start("third")];
    await tickAll(ids);
    expect(submitted()).toEqual([ids[0]]);
    expect((await runOf(ids[2] ?? "")).attempts).toMatchObject([{ state: "created", waitingCode: "queue_limit" }]);
    expect((await readRun(researcher, ids[2] ?? "")).queue).toEqual({ place: 2, of: 2 });
    const listed = (await listRuns(researcher, {})).runs.filter(({ id }) => ids.includes(id));
    expect(listed.map(({ queue }) => queue)).toEqual([{ place: 2, of: 2 }, { place: 1, of: 2 }, null]);

    await finish(ids[0] ?? "");
    await tickAll(ids);
    expect(submitted()).toEqual(ids.slice(0, 2));
    expect((await runOf(ids[1] ?? "")).attempts).toMatchObject([{ state: "pending", waitingCode: "resources" }]);
  });

  it("holds though all ticks come at the same moment", async () => {
    await limit(2);
    const ids = await Promise.all(["a", "b", "c", "d", "e"].map((name) => start(name)));
    await Promise.all(ids.map((id) => clock.advance(id)));
    for (const id of submitted()) if (id) await atWork(id);
    await Promise.all(ids.map((id) => clock.advance(id)));
    for (const id of submitted()) if (id) await atWork(id);
    await Promise.all(ids.map((id) => clock.advance(id)));
    expect(submitted()).toHaveLength(2);
  });

  it("is counted by one at a time: who takes a place waits for whoever is taking one", async () => {
    const id = await start("waits");
    let ticking: Promise<unknown> = Promise.resolve();
    await inTransaction(async (transaction) => {
      await lockQueue(transaction, backendId);
      ticking = clock.advance(id);
      const blocked = () => database().$queryRaw<{ pid: number }[]>`
        select "pid" from pg_stat_activity where "wait_event_type" = 'Lock' and "query" like '%for no key update%'
          and "datname" = current_database()`;
      for (let count = 0; count < 500 && (await blocked()).length === 0; count++) await wait(20);
      expect(await blocked()).toHaveLength(1);
      expect(submitted()).toEqual([]);
    });
    await ticking;
    expect(submitted()).toEqual([id]);
  });

  it("that is raised or taken away lets the next ones in", async () => {
    await limit(1);
    const ids = [await start("a"), await start("b")];
    await tickAll(ids);
    await atWork(ids[0] ?? "");
    await limit(null);
    await tickAll(ids);
    expect(submitted()).toEqual(ids);
  });

  it("is audited, and sensible", async () => {
    await limit(3);
    expect(
      await database().auditEntry.findMany({ where: { subjectId: backendId, action: "backends.change" } }),
    ).toMatchObject([{ detail: { maxLiveRuns: 3 } }]);
    await expect(
      changeBackend(administrator, crypto.randomUUID(), { maxLiveRuns: 1, gpuHourPrice: null, currency: "EUR" }),
    ).rejects.toMatchObject({ status: 404 });
  });
});

describe("the order of the queue", () => {
  it("is by priority, which can be changed while a run waits", async () => {
    await limit(1);
    const ids = [
      await start("at work"),
      await start("low", "low"),
      await start("normal"),
      await start("high", "high"),
      await start("later"),
    ];
    await tickAll(ids);
    expect(await order()).toEqual(["high", "normal", "later", "low"]);
    await changePriority(researcher, ids[1] ?? "", "high");
    expect(await order()).toEqual(["low", "high", "normal", "later"]);
    expect(await database().auditEntry.findMany({ where: { action: "runs.priority" } })).toMatchObject([
      { subjectId: ids[1], studyId: researcher.studyId, detail: { from: "low", to: "high" } },
    ]);
  });

  it("lets studies take turns, so that one run of a study does not wait for many of another", async () => {
    await limit(1);
    const ids = [await start("1"), await start("2"), await start("3"), await start("4")];
    ids.push(await start("neighbour", undefined, neighbour));
    await tickAll(ids);
    expect(await order()).toEqual(["neighbour", "2", "3", "4"]);
  });

  it("is kept where Ray has no room: one waits there, those that need no GPU beside those that do", async () => {
    const ids = [
      await makeRun(researcher, backendId, { ...onGpu, name: "GPU 1" }),
      await makeRun(researcher, backendId, { ...onGpu, name: "GPU 2" }),
      await start("merge 1"),
      await start("merge 2"),
    ];
    await tickAll(ids);
    expect(submitted()).toEqual([ids[0], ids[2]]);
    expect((await runOf(ids[1] ?? "")).attempts).toMatchObject([{ waitingCode: "queue_room" }]);
    await atWork(ids[0] ?? "");
    await tickAll(ids);
    expect(submitted()).toEqual([ids[0], ids[2], ids[1]]);
  });

  it("counts a filtering in bf16 among those that need a GPU, and one in int8 among the others", async () => {
    const filtering = (precision: string) => ({
      kind: "classify-corpus" as const,
      name: precision,
      inputs: { corpus: { address: "store:c", digest: null }, classifier: { address: "store:d", digest: null } },
      parameters: { ...presets["classify-corpus"].paper, precision },
    });
    const ids = [
      await makeRun(researcher, backendId, { ...onGpu, name: "GPU" }),
      await makeRun(researcher, backendId, filtering("bf16")),
      await makeRun(researcher, backendId, filtering("int8")),
    ];
    await tickAll(ids);
    expect(submitted()).toEqual([ids[0], ids[2]]);
  });

  it("forgets a run that is cancelled", async () => {
    await limit(1);
    const ids = [await start("at work"), await start("cancelled"), await start("next")];
    await tickAll(ids);
    await cancelRun(researcher, ids[1] ?? "");
    expect(await order()).toEqual(["next"]);
    await clock.advance(ids[1] ?? "");
    expect((await runOf(ids[1] ?? "")).state).toBe("cancelled");
  });
});

describe("the priority of a run", () => {
  it("is not changed once it is handed over, nor from another study", async () => {
    const id = await start("handed over");
    await expect(changePriority(neighbour, id, "high")).rejects.toMatchObject({ status: 404 });
    await clock.advance(id);
    await expect(changePriority(researcher, id, "high")).rejects.toMatchObject({ code: "run_not_waiting" });
  });
});
