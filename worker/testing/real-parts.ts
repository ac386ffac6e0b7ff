import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { DataFolder } from "@/supervisor/data-folder.mjs";
import { startControlServer } from "@/supervisor/parts/control-server.mjs";
import { rayService } from "@/supervisor/parts/ray.mjs";
import { ServicePart } from "@/supervisor/parts/service-part.mjs";
import { repositoryRoot } from "@/supervisor/paths.mjs";
import { startPostgres } from "@/supervisor/postgres/server.mjs";
import { runPrisma } from "@/supervisor/prisma.mjs";
import { ProcessTable } from "@/supervisor/processes/process-table.mjs";
import { typescriptOptions } from "@/supervisor/steps/example-study.mjs";

/**
 * PostgreSQL with the settings of real use, a one-node Ray, and the supervisor's control interface, as the demo has
 * them, in a folder of their own: for tests that kill them. `processors`: that Ray gives to jobs.
 */
export async function startRealParts(python: string, processors?: number) {
  const folder = mkdtempSync(path.join(tmpdir(), "studio-parts-"));
  chmodSync(folder, 0o755); // the database's user may be another than ours
  const dataFolder = new DataFolder(folder);
  const table = new ProcessTable(folder, dataFolder.secrets.processMark);
  const surroundings = { table, onLine: () => {}, onNotice: () => {} };
  const postgres = await startPostgres({
    folder: dataFolder.postgres,
    password: randomBytes(12).toString("hex"),
    choosePort: () => dataFolder.rememberedPort("postgres"),
    lasting: true,
    surroundings,
  });
  await runPrisma(["migrate", "deploy"], { DATABASE_URL: postgres.url });
  const ray = new ServicePart("ray", {
    needs: [],
    idleMs: 3_600_000,
    prepare: () => rayService({ python, dataFolder, processors }),
    surroundings,
  });
  const control = await startControlServer(new Map([["ray", ray]]));
  return {
    databaseUrl: postgres.url,
    environment: {
      DATABASE_URL: postgres.url,
      STUDIO_SUPERVISOR_URL: control.url,
      STUDIO_SUPERVISOR_TOKEN: control.token,
    },
    /** PostgreSQL's "immediate" stop: like a power cut; it is started again and replays its log of changes. */
    breakDatabase: () => killProcess(postgres.process.processId, "SIGQUIT"),
    killRay: () => ray.stop(),
    /** Ray's head dies without a word; its other processes find it gone, and the supervisor starts it again. */
    killRayHead: () =>
      killProcess(findProcess(["gcs_server", `studio-ray-${dataFolder.secrets.processMark.slice(0, 8)}`]), "SIGKILL"),
    stop: async () => {
      control.close();
      await table.endAll();
      table.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The worker as the supervisor starts it. */
export function startWorkerProcess(environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [...typescriptOptions, "worker/main.ts"], {
    cwd: repositoryRoot,
    env: { ...process.env, ...environment, STUDIO_LOG_LEVEL: process.env.TEST_WORKER_LOG ?? "warn" },
    stdio: "inherit",
  });
}

/** Its queue has to be there before a run can be put into it. */
export const queueIsThere = () =>
  eventually("the queue", () => database().$queryRaw`select 1 from graphile_worker.jobs limit 1`);

/** Ends the worker and this process's connections, so that the parts can be stopped. */
export async function endWorker(worker: ChildProcess): Promise<void> {
  const ended = once(worker, "exit");
  worker.kill("SIGTERM");
  await ended;
  await closeDatabase();
}

export function killProcess(processId: number | undefined, signal: NodeJS.Signals): void {
  if (processId === undefined) throw new Error("there is no such process");
  process.kill(processId, signal);
}

/** The runner's process of an attempt, as the system shows it. */
export function findRunner(runId: string, attempt: number): number | undefined {
  return findProcess([["definemed_runner", "run", "--run-id", runId, "--attempt", String(attempt)].join("\0")]);
}

/** A process in whose command line all of these stand. */
function findProcess(parts: string[]): number | undefined {
  return readdirSync("/proc")
    .map(Number)
    .find((processId) => {
      const file = `/proc/${processId}/cmdline`;
      try {
        if (!(processId > 0 && existsSync(file))) return false;
        const commandLine = readFileSync(file, "utf8");
        return parts.every((part) => commandLine.includes(part));
      } catch {
        return false;
      }
    });
}

/** Asks again and again until the answer is one; a database that is away just now is no answer. */
export async function eventually<T>(what: string, ask: () => Promise<T | null | undefined | false>): Promise<T> {
  for (let count = 0; count < 2400; count++) {
    const answer = await ask().catch(() => null);
    if (answer) return answer;
    await wait(250);
  }
  throw new Error(`never: ${what}`);
}

export const attemptsOf = (runId: string) =>
  database().attempt.findMany({ where: { runId }, orderBy: { number: "asc" } });

/** As `eventually`; what never came is told together with how the run's attempts stand. */
export async function ofRun<T>(
  runId: string,
  what: string,
  ask: () => Promise<T | null | undefined | false>,
): Promise<T> {
  return eventually(what, ask).catch(async (error: Error) => {
    throw new Error(`${error.message}; its attempts: ${JSON.stringify(await attemptsOf(runId), null, 1)}`);
  });
}
