import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { database, inTransaction } from "@/lib/platform/database/client";
import { encryptSecret } from "@/lib/platform/secrets/encryption";
import { writeWhole } from "@/lib/platform/storage/files";
import type { StudyActor } from "@/lib/studies/actor";
import { type AttemptPlace, attemptFile } from "../attempt-files";
import { advanceRun } from "../lifecycle/tick";
import { runnerRelease } from "../runner-release";
import { presets } from "../specs/index";
import { type StartRunInput, startRun } from "../start-run";

export const backendToken = "a token for tests";

export async function makeBackend(address: string, token = backendToken): Promise<string> {
  const backend = await database().backend.create({
    data: { name: "Cluster", address, tokenCiphertext: encryptSecret(token) },
  });
  await addCheck(backend.id, "ready");
  return backend.id;
}

/** As if a look at the backend had just found that. */
export async function addCheck(backendId: string, outcome: string, changes: object = {}): Promise<void> {
  await database().backendCheck.create({
    data: { backendId, outcome, release: await runnerRelease(), mark: "", finishedAt: new Date(), ...changes },
  });
}

/** A merge, unless the test says otherwise: no run has less to it. */
export async function makeRun(
  actor: StudyActor,
  backendId: string,
  input: Partial<StartRunInput> = {},
): Promise<string> {
  const { id } = await inTransaction((transaction) =>
    startRun(transaction, actor, {
      kind: "merge",
      name: "Run",
      backendId,
      inputs: {
        first: { address: "store:models/first", digest: null },
        second: { address: "store:models/second", digest: null },
      },
      parameters: presets.merge.example,
      edges: [],
      ...input,
    }),
  );
  return id;
}

/** What a runner would write: event file `number` with these events. */
export async function writeEventFile(place: AttemptPlace, number: number, events: object[]): Promise<void> {
  const lines = events.map((event) => `${JSON.stringify({ time: 1_800_000_000 + number, ...event })}\n`);
  await writeWhole(attemptFile(place, "events", `${String(number).padStart(6, "0")}.jsonl`), lines.join(""));
}

export const metric = (step: number, value = 1 / (1 + step)) => ({ type: "metric", name: "loss", step, value });

/** Declares a checkpoint complete, and answers the event that tells of it. */
export async function writeCheckpoint(place: AttemptPlace, step: number) {
  const name = `step-${String(step).padStart(8, "0")}`;
  await writeWhole(attemptFile(place, "checkpoints", name, "complete.json"), "{}");
  return {
    type: "checkpoint",
    step,
    address: `store:runs/${place.runId}/attempts/${place.number}/checkpoints/${name}`,
  };
}

export async function writeManifest(place: AttemptPlace, changes: object = {}): Promise<void> {
  const content = "weights";
  await writeWhole(attemptFile(place, "outputs", "model", "model.safetensors"), content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const spec = await readFile(attemptFile(place, "spec.json"));
  const manifest = {
    version: 1,
    runId: place.runId,
    attempt: place.number,
    kind: "merge",
    specDigest: `sha256:${createHash("sha256").update(spec).digest("hex")}`,
    startedAt: 1,
    finishedAt: 2,
    wallSeconds: 1,
    outputs: [
      {
        name: "model",
        address: `store:runs/${place.runId}/attempts/${place.number}/outputs/model`,
        digest: `sha256:${sha256}`,
        bytes: content.length,
      },
    ],
    files: [{ path: "outputs/model/model.safetensors", bytes: content.length, sha256 }],
    summary: { tensors: 12, meanCosine: 0.9, minCosine: 0.8 },
    packages: { torch: "2.15.0" },
    hardware: { device: "cpu" },
    seed: 1,
    ...changes,
  };
  await writeWhole(attemptFile(place, "manifest.json"), JSON.stringify(manifest));
}

/** A clock that only the test moves, and one step of the run by it. */
export function testClock(start = Date.now()) {
  let now = start;
  return {
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    advance: (runId: string) => advanceRun(runId, { now: () => new Date(now), mayGoOn: () => true }),
  };
}

export async function runOf(runId: string) {
  return database().run.findUniqueOrThrow({
    where: { id: runId },
    include: { attempts: { orderBy: { number: "asc" } }, artifacts: true },
  });
}

/** How many points count, and how many there are. */
export async function metricsOf(runId: string) {
  const rows = await database().metric.findMany({ where: { runId }, orderBy: [{ step: "asc" }, { attempt: "asc" }] });
  return { rows, counting: rows.filter(({ superseded }) => !superseded) };
}
