import { database, type Prisma } from "@/lib/platform/database/client";
import type { Backend, BackendCheck } from "@/lib/platform/database/generated/client";
import { environment } from "@/lib/platform/environment";
import { StoreFault } from "@/lib/platform/storage/store-fault";
import { connectBackend } from "../connect-backend";
import { probePlace } from "../exchange/probe-place";
import { answersWithoutToken, describeCluster, isRecentEnough, type RayNode } from "../ray/cluster";
import { findJob, logTail, stopJob, submitJobOnce } from "../ray/jobs";
import { type RayConnection, RayFault, RayTokenRefused, RayUnreachable } from "../ray/request";
import { type Findings, findingsSchema, type NodeFinding, nodeOutcomes, type WaitingCode } from "../schema";
import { judgeProbe } from "./probe";

/** Seconds. */
const patience = {
  tick: 1,
  /** for a backend of this machine that is being installed or started */
  start: 1800,
  /** for the first node of a cluster that answers */
  nodes: 60,
  /** for all probes; a process that imports PyTorch from a cold network folder takes minutes */
  probes: 300,
};
const mostProbes = 64;
/** Looks that are kept of a backend: a run that waits for something missing asks for one a minute. */
const mostKept = 20;
/** of a node's own resource, which has 1: so that a probe waits for no processor and no GPU */
const shareOfNode = 0.001;

type CheckRow = BackendCheck & { backend: Pick<Backend, "exchangeAddress"> };

const startsByItself: readonly WaitingCode[] = ["backend_installing", "backend_starting"];

/**
 * Moves a look at a backend on by what can be done now: version and token, then a short job on each node that tells of
 * its runner, packages and GPUs, and takes a random mark through the artifact store and back. Answers after how many
 * seconds to look again; null: it is done.
 */
export async function advanceCheck(checkId: string, now: Date): Promise<number | null> {
  const check = await database().backendCheck.findFirst({
    where: { id: checkId, outcome: null },
    include: { backend: true },
  });
  if (!check) return null;
  const way = await connectBackend(check.backend);
  const ageSeconds = (now.getTime() - check.createdAt.getTime()) / 1000;
  if ("waiting" in way) {
    if (!startsByItself.includes(way.waiting) || ageSeconds > patience.start) return finish(check, way.waiting, now);
    await write(check, { waitingCode: way.waiting });
    return patience.tick;
  }
  try {
    if (check.probedAt === null) return await beginProbes(check, way.connection, now);
    return await readProbes(check, way.connection, now);
  } catch (error) {
    if (error instanceof RayTokenRefused) return finish(check, "backend_token_refused", now);
    if (error instanceof RayUnreachable) return finish(check, "backend_unreachable", now);
    if (error instanceof RayFault) return finish(check, "submission_refused", now);
    if (error instanceof StoreFault) return finish(check, error.code, now);
    throw error;
  }
}

async function beginProbes(check: CheckRow, connection: RayConnection, now: Date): Promise<number | null> {
  const cluster = await describeCluster(connection).catch((error: unknown) => {
    // Ray has no reason to refuse this: something else answers here.
    throw error instanceof RayFault ? new RayUnreachable(error.message) : error;
  });
  const findings: Findings = {
    version: cluster.version,
    nodes: cluster.workers.slice(0, mostProbes).map(findingOf),
    answersSince: null,
    unprobedNodes: Math.max(0, cluster.workers.length - mostProbes),
  };
  if (!isRecentEnough(cluster.version)) return finish(check, "backend_too_old", now, findings);
  if (await answersWithoutToken(connection.address)) return finish(check, "backend_open", now, findings);
  if (findings.nodes.length === 0) return waitForNodes(check, findings, now);
  await placeOf(check).write("mark", check.mark);
  for (const [number, node] of cluster.workers.slice(0, mostProbes).entries()) {
    await submitJobOnce(connection, {
      submissionId: submissionOf(check, number),
      // Both are made by us: a UUID and a number.
      entrypoint: `exec python -m definemed_runner doctor --probe ${check.id}/${number}`,
      environment: {
        DEFINEMED_STORE: check.backend.exchangeAddress ?? environment().storeAddress,
        DEFINEMED_DIE_WITH_PARENT: "1",
      },
      cpus: 0,
      gpus: 0,
      resources: node.resource ? { [node.resource]: shareOfNode } : undefined,
    });
  }
  await write(check, { probedAt: now, waitingCode: null, findings });
  return patience.tick;
}

/** A Ray that has just started answers before its first node has reported. */
async function waitForNodes(check: CheckRow, findings: Findings, now: Date): Promise<number | null> {
  const answersSince = findingsSchema.parse(check.findings).answersSince ?? now.toISOString();
  if (now.getTime() - Date.parse(answersSince) > patience.nodes * 1000) {
    return finish(check, "resources_too_few", now, findings);
  }
  await write(check, { waitingCode: null, findings: { ...findings, answersSince } });
  return patience.tick;
}

async function readProbes(check: CheckRow, connection: RayConnection, now: Date): Promise<number | null> {
  const findings = findingsSchema.parse(check.findings);
  const late = now.getTime() - (check.probedAt ?? now).getTime() > patience.probes * 1000;
  for (const [number, node] of findings.nodes.entries()) {
    if (node.outcome !== null) continue;
    const submissionId = submissionOf(check, number);
    const job = await findJob(connection, submissionId);
    if (job && (job.status === "SUCCEEDED" || job.status === "FAILED" || job.status === "STOPPED")) {
      const log = await logTail(connection, submissionId, 16_000);
      const back = await placeOf(check).read(String(number));
      const cameBack = back === `${check.mark} ${number}`;
      Object.assign(node, judgeProbe(node, { job, log, release: check.release, cameBack }));
    } else if (late || !job) {
      if (job) await stopJob(connection, submissionId);
      Object.assign(node, { outcome: "node_unprobed", detail: job?.message ?? "" } satisfies Partial<NodeFinding>);
    }
  }
  if (findings.nodes.some(({ outcome }) => outcome === null)) {
    await write(check, { findings });
    return patience.tick;
  }
  const worst = nodeOutcomes.find((outcome) => findings.nodes.some((node) => node.outcome === outcome));
  return finish(check, worst ?? "ready", now, findings);
}

function findingOf({ name, cpus, gpus, memoryBytes, accelerator }: RayNode): NodeFinding {
  const devices = Array.from({ length: Math.floor(gpus) }, () => ({ name: accelerator ?? "GPU", memoryBytes: null }));
  return { name, cpus, gpus, memoryBytes, devices, outcome: null, release: null, storeFreeBytes: null, detail: "" };
}

const placeOf = (check: CheckRow) => probePlace(check.id, check.backend.exchangeAddress);
const submissionOf = (check: { id: string }, number: number) => `definemed-probe-${check.id}-${number}`;

async function write(
  check: BackendCheck,
  { findings, ...data }: { findings?: Findings; probedAt?: Date; waitingCode?: WaitingCode | null },
): Promise<void> {
  await database().backendCheck.updateMany({
    where: { id: check.id, outcome: null },
    data: { ...data, ...(findings ? { findings: findings as Prisma.InputJsonObject } : {}) },
  });
}

async function finish(check: CheckRow, outcome: string, now: Date, findings?: Findings): Promise<null> {
  await database().backendCheck.updateMany({
    where: { id: check.id, outcome: null },
    data: {
      outcome,
      liveFor: null,
      waitingCode: null,
      finishedAt: now,
      ...(findings ? { findings: findings as Prisma.InputJsonObject } : {}),
    },
  });
  await database().$executeRaw`
    delete from "BackendCheck" where "backendId" = ${check.backendId}::uuid and "id" not in (
      select "id" from "BackendCheck" where "backendId" = ${check.backendId}::uuid
      order by "createdAt" desc limit ${mostKept}::int)`;
  await placeOf(check)
    .clear()
    .catch(() => {});
  return null;
}
