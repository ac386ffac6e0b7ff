import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { taskOf } from "./task";
import { work } from "./worker";

useTestDatabase();

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

function startWorker(...jobs: Parameters<typeof work>[0]) {
  const stopping = new AbortController();
  const done = work(jobs, stopping.signal);
  const end = async () => {
    stopping.abort();
    await done;
  };
  ends.push(end);
  return end;
}

const patient = { timeout: 50_000, interval: 100 };
const payload = z.strictObject({ id: z.string() });

/** A job that notes the ids it was given, and may do something first. */
function noting(name: string, before: (id: string) => Promise<void> = async () => {}) {
  const seen: string[] = [];
  const job = defineJob({
    name,
    payload,
    run: async ({ id }) => {
      await before(id);
      seen.push(id);
    },
  });
  return { job, seen };
}

describe("the worker", () => {
  it("carries out what is put into the queue in a transaction, and nothing of one that was undone", async () => {
    const { job, seen } = noting("test.plain");
    startWorker(taskOf(job));
    await database()
      .$transaction(async (transaction) => {
        await enqueue(transaction as never, job, { id: "undone" });
        throw new Error("undo");
      })
      .catch(() => {});
    await enqueue(database(), job, { id: "done" });
    await expect.poll(() => seen, patient).toEqual(["done"]);
  });

  it("finishes the job at hand before it stops", async () => {
    let goOn = () => {};
    let begun = false;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { job, seen } = noting("test.drain", () => {
      begun = true;
      return held;
    });
    const end = startWorker(taskOf(job));
    await enqueue(database(), job, { id: "slow" });
    await expect.poll(() => begun, patient).toBe(true);
    const ended = end();
    goOn();
    await ended;
    expect(seen).toEqual(["slow"]);
    expect(await database().$queryRaw`select 1 from graphile_worker.jobs where task_identifier = 'test.drain'`).toEqual(
      [],
    );
    expect(await database().workerProcess.count()).toBe(0);
  });

  it("goes on after all its connections to the database were cut in the middle of a job", async () => {
    let cut = false;
    const { job, seen } = noting("test.cut", async () => {
      if (cut) return;
      cut = true;
      await database().$queryRaw`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
    });
    startWorker(taskOf(job));
    await enqueue(database(), job, { id: "first" });
    await expect.poll(() => seen.length, patient).toBeGreaterThan(0);
    await enqueue(database(), job, { id: "second" });
    await expect.poll(() => seen, patient).toContain("second");
  });

  it("takes up what a dead worker has left locked", async () => {
    const { job, seen } = noting("test.dead");
    await enqueue(database(), job, { id: "left" });
    await database().$executeRaw`
      update graphile_worker._private_jobs
      set locked_by = 'worker-of-a-killed-process', locked_at = now() - interval '1 minute', attempts = 1
      where task_id = (select id from graphile_worker._private_tasks where identifier = 'test.dead')`;
    startWorker(taskOf(job));
    await expect.poll(() => seen, patient).toEqual(["left"]);
  });

  it("does what is to be done one at a time after the other, whoever asks for more of it meanwhile, and nothing else waits", async () => {
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const begun: string[] = [];
    const { job, seen } = noting("test.one-at-a-time", async (id) => {
      begun.push(id);
      if (id === "first") await held;
    });
    const alone = { ...job, oneAtATime: true };
    startWorker(taskOf(alone));
    await enqueue(database(), alone, { id: "first" }, { key: "a" });
    await expect.poll(() => begun, patient).toEqual(["first"]);
    await enqueue(database(), alone, { id: "second" }, { key: "a" });
    await enqueue(database(), alone, { id: "third" }, { key: "a" });
    await enqueue(database(), alone, { id: "of another key" }, { key: "b" });
    // Taken later than those of the same key would have been.
    await expect.poll(() => seen, patient).toEqual(["of another key"]);
    await enqueue(database(), alone, { id: "of one more key" }, { key: "c" });
    await expect.poll(() => seen, patient).toEqual(["of another key", "of one more key"]);
    expect(begun).toEqual(["first", "of another key", "of one more key"]);
    goOn();
    await expect.poll(() => seen.slice(2), patient).toEqual(["first", "third"]);
  });

  it("takes up what a dead worker has left at work one at a time", async () => {
    const { job, seen } = noting("test.dead-alone");
    const alone = { ...job, oneAtATime: true };
    await enqueue(database(), alone, { id: "left" }, { key: "dead" });
    await database().$executeRaw`
      with left_behind as (
        update graphile_worker._private_jobs
        set locked_by = 'worker-of-another-killed-process', locked_at = now() - interval '1 minute', attempts = 1
        where task_id = (select id from graphile_worker._private_tasks where identifier = 'test.dead-alone')
        returning job_queue_id)
      update graphile_worker._private_job_queues
      set locked_by = 'worker-of-another-killed-process', locked_at = now() - interval '1 minute'
      where id in (select job_queue_id from left_behind)`;
    startWorker(taskOf(alone));
    await expect.poll(() => seen, patient).toEqual(["left"]);
    await enqueue(database(), alone, { id: "next" }, { key: "dead" });
    await expect.poll(() => seen, patient).toEqual(["left", "next"]);
  });

  it("does periodic jobs again and again, also after one that failed, and never two at a time", async () => {
    let runs = 0;
    let atOnce = 0;
    let most = 0;
    const job = defineJob({
      name: "test.periodic",
      payload: z.strictObject({}),
      everySeconds: 0.1,
      run: async () => {
        most = Math.max(most, ++atOnce);
        runs++;
        await new Promise((resolve) => setTimeout(resolve, 50));
        atOnce--;
        if (runs === 2) throw new Error("once");
      },
    });
    startWorker(taskOf(job));
    startWorker(taskOf(job));
    await expect.poll(() => runs, patient).toBeGreaterThan(4);
    expect(most).toBe(1);
  });
});
