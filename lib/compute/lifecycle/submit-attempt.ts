import { database, inTransaction } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { lockForAttempt } from "../lock-run";
import { lockQueue, turnOf } from "../queue";
import { describeCluster, isRecentEnough } from "../ray/cluster";
import { submitJobOnce } from "../ray/jobs";
import type { RayConnection } from "../ray/request";
import { runnerRelease } from "../runner-release";
import type { WaitingCode } from "../schema";
import { writeSpec } from "./create-attempt";
import { type JobResources, jobResources } from "./job-resources";
import type { AttemptRow, RunRow } from "./load-run";

/**
 * Takes a place on the backend, or answers what the run waits for. The spec is in the store by then: from here on the
 * job may exist, even where the reply to its submission was lost.
 */
export async function prepareSubmission(run: RunRow, attempt: AttemptRow): Promise<WaitingCode | null> {
  await writeSpec(run, attempt);
  return inTransaction(async (transaction) => {
    if (!(await lockForAttempt(transaction, attempt))) return null;
    await lockQueue(transaction, run.backendId);
    // Someone else may have taken the place meanwhile.
    const waiting = await turnOf(transaction, run);
    if (waiting) return waiting;
    await transaction.attempt.updateMany({
      where: { id: attempt.id, state: "created" },
      data: { state: "submitting", waitingCode: null, waitingSince: null },
    });
    return null;
  });
}

/** Ray's stop waits so long before it kills; the runner finishes its step and writes a checkpoint meanwhile. */
const stopWaitSeconds = 30;

/** Submits the job, once however often it is called. Answers what it waits for where it can't be submitted. */
export async function submitAttempt(
  run: RunRow,
  attempt: AttemptRow,
  connection: RayConnection,
  now: Date,
): Promise<WaitingCode | null> {
  const cluster = await describeCluster(connection);
  if (!isRecentEnough(cluster.version)) return "backend_too_old";
  // Just started: its first node has not reported yet.
  if (cluster.workers.length === 0) return "resources";
  const resources = jobResources(run.kind, run.spec, cluster);
  if (!resources) return "resources_too_few";
  await submitJobOnce(connection, {
    submissionId: attempt.submissionId,
    entrypoint: entrypointOf(run.id, attempt.number, resources),
    environment: {
      DEFINEMED_STORE: run.backend.exchangeAddress ?? environment().storeAddress,
      DEFINEMED_RUNNER_RELEASE: await runnerRelease(),
      DEFINEMED_DIE_WITH_PARENT: "1",
      RAY_JOB_STOP_WAIT_TIME_S: String(stopWaitSeconds),
    },
    // On several nodes the entrypoint itself needs next to nothing, and takes them all at once.
    ...(resources.nodes > 1 ? { cpus: 0, gpus: 0 } : { cpus: resources.cpus, gpus: resources.gpus }),
  });
  await database().attempt.updateMany({
    where: { id: attempt.id, state: "submitting" },
    data: { state: "pending", submittedAt: now },
  });
  return null;
}

/** All are made by us: a UUID and numbers. `exec`, so that signals reach the runner and not a shell. */
function entrypointOf(runId: string, attempt: number, { nodes, cpus, gpus }: JobResources): string {
  const attemptOf = `--run-id ${runId} --attempt ${attempt}`;
  if (nodes === 1) return `exec python -m definemed_runner run ${attemptOf}`;
  return `exec python -m definemed_runner run-on-nodes ${attemptOf} --nodes ${nodes} --cpus ${cpus} --gpus ${gpus}`;
}
