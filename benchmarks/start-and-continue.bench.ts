/**
 * How long a researcher waits: from the start of a run until the studio has read its first event, and from kill -9 of its
 * runner until it computes again. With real parts as the demo has them (worker, one-node Ray, PostgreSQL), beside what a
 * bare Ray job takes until Ray tells of its end, and the bare runner, as a process of its own, until its first event lies there.
 * `npm run bench -- start-and-continue -- starts=5`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cancelRun } from "@/lib/compute/cancel-run";
import { connectBackend } from "@/lib/compute/connect-backend";
import { backOffSeconds } from "@/lib/compute/lifecycle/timing";
import { findJob, submitJobOnce } from "@/lib/compute/ray/jobs";
import { startRun } from "@/lib/compute/start-run";
import { database, inTransaction } from "@/lib/platform/database/client";
import { storeRoot } from "@/lib/platform/storage/addresses";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { ensurePythonEnvironment, runnerEnvironment } from "@/supervisor/python-environment.mjs";
import {
  endWorker,
  findRunner,
  killProcess,
  queueIsThere,
  startRealParts,
  startWorkerProcess,
} from "@/worker/testing/real-parts";
import { makeTinyModelAndCorpus, tinyPretraining } from "@/worker/testing/tiny-pretraining";
import { median, printTable, shown } from "./figures";
import { countAfter } from "./reference-tools/material";

const starts = countAfter("starts", 5);
const { python } = await ensurePythonEnvironment();
const parts = await startRealParts(python);
Object.assign(process.env, parts.environment);
const worker = startWorkerProcess(parts.environment);
const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-start-"));

const secondsSince = (begun: number) => (performance.now() - begun) / 1000;
const secondsBetween = (from: Date | null | undefined, to: Date | null | undefined) =>
  from && to ? (to.getTime() - from.getTime()) / 1000 : Number.NaN;

async function until<T>(ask: () => Promise<T | null | undefined | false> | T | null | undefined | false): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await wait(20);
  }
}

async function times(measure: (index: number) => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < starts; index++) all.push(await measure(index));
  return all;
}

try {
  makeTinyModelAndCorpus(python, storeRoot());
  const researcher = await makeMember(await makeStudy(), "researcher");
  await queueIsThere();
  const start = () => inTransaction((transaction) => startRun(transaction, researcher, tinyPretraining));
  const attemptOf = (runId: string, number: number) => database().attempt.findFirst({ where: { runId, number } });
  const over = (runId: string) =>
    until(() =>
      database().run.findFirst({ where: { id: runId, state: { in: ["succeeded", "failed", "cancelled"] } } }),
    );

  // Brings Ray up, and everything that is read from disk into memory.
  await over((await start()).id);

  const backend = await database().backend.findFirstOrThrow({ where: { local: true } });
  const ray = await times(async (index) => {
    const way = await connectBackend(backend);
    if ("waiting" in way) throw new Error(way.waiting);
    const begun = performance.now();
    const submissionId = `bare-${index}`;
    await submitJobOnce(way.connection, { submissionId, entrypoint: "true", environment: {}, cpus: 1, gpus: 0 });
    await until(async () => (await findJob(way.connection, submissionId))?.status === "SUCCEEDED");
    return secondsSince(begun);
  });

  const [wholeStarts, sinceHandOver, bareRunner, continued]: number[][] = [[], [], [], []];
  for (let index = 0; index < starts; index++) {
    const { id } = await start();
    const first = await until(async () => {
      const attempt = await attemptOf(id, 1);
      return attempt?.firstEventAt && attempt;
    });
    const { createdAt } = await database().run.findUniqueOrThrow({ where: { id } });
    wholeStarts?.push(secondsBetween(createdAt, first.firstEventAt));
    sinceHandOver?.push(secondsBetween(first.submittedAt, first.firstEventAt));

    await until(async () => (await attemptOf(id, 1))?.checkpointStep);
    const killedAt = new Date();
    killProcess(findRunner(id, 1), "SIGKILL");
    const second = await until(async () => {
      const attempt = await attemptOf(id, 2);
      return attempt?.workingAt && attempt;
    });
    continued?.push(secondsBetween(killedAt, second.workingAt));
    await cancelRun(researcher, id);
    await over(id);

    bareRunner?.push(await bareStart(id, index));
  }

  /** The run's first attempt once more, by the runner alone, in a store of its own. */
  async function bareStart(runId: string, index: number): Promise<number> {
    const store = path.join(scratch, String(index));
    const attempt = path.join(store, "runs", runId, "attempts", "1");
    mkdirSync(attempt, { recursive: true });
    cpSync(path.join(storeRoot(), "runs", runId, "attempts", "1", "spec.json"), path.join(attempt, "spec.json"));
    for (const folder of ["models", "corpora"]) symlinkSync(path.join(storeRoot(), folder), path.join(store, folder));
    const begun = performance.now();
    const runner = spawn(python, ["-m", "definemed_runner", "run", "--run-id", runId, "--attempt", "1"], {
      env: { ...runnerEnvironment(), DEFINEMED_STORE: `file://${store}` },
      stdio: "ignore",
    });
    const ended = once(runner, "exit");
    await until(() => existsSync(path.join(attempt, "events", "000001.jsonl")));
    const seconds = secondsSince(begun);
    runner.kill("SIGKILL");
    await ended;
    return seconds;
  }

  const row = (name: string, seconds: number[] = []) => [
    name,
    String(seconds.length),
    shown(median(seconds)),
    shown(Math.max(...seconds)),
  ];
  printTable(
    "Seconds until something is seen",
    ["", "n", "median s", "longest s"],
    [
      row("a bare Ray job, until Ray tells of its end", ray),
      row("the bare runner, until its first event lies there", bareRunner),
      row("the studio, from hand-over to the first event read", sinceHandOver),
      row("the studio, from the start to the first event read", wholeStarts),
      row(`the studio, from kill -9 to computing again (${backOffSeconds(1)} s of it a pause)`, continued),
    ],
  );
  const bare = median(ray) + median(bareRunner ?? []);
  console.log(
    `from start to first event, as a multiple of bare Ray and bare runner: ${shown(median(wholeStarts ?? []) / bare)}`,
  );
  const again = median(continued ?? []) - backOffSeconds(1);
  console.log(`from kill to computing again, without the pause, as a multiple of the same: ${shown(again / bare)}`);
} finally {
  await endWorker(worker);
  await parts.stop();
  rmSync(scratch, { recursive: true, force: true });
}
