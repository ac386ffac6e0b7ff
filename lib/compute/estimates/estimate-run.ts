import { type Database, database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { chooseBackend } from "../choose-backend";
import { computesOnGpu } from "../lifecycle/job-resources";
import { inGibibytes, valuesOf } from "../rules";
import type { Estimate, EstimateInput, Shortage } from "../schema";
import { type Demand, demandOf, type Part } from "./demand";
import { readFacts } from "./facts";
import { mostGpusOf, type Room, roomOf } from "./room";
import { assumedSpeed } from "./speeds";

/** A run's process, its libraries and its model are loaded before work begins. */
const startSeconds = 30;
/** Earlier runs that a speed is taken from. */
const mostMeasured = 10;

type Planned = {
  kind: string;
  parameters: Record<string, unknown>;
  resources: { nodes: number; processes: number; threads: number };
  uses: { kind: string; targetId: string }[];
  /** where there is no label set yet */
  documents?: number;
};

/** For the forms: what a run would need, before it is started. */
export async function estimateRun(actor: StudyActor, input: EstimateInput): Promise<Estimate> {
  const backend = await chooseBackend(database(), input.backendId);
  const { nodes = 1, processes = 1, threads = 4 } = input.resources ?? {};
  const planned = { ...input, resources: { nodes, processes, threads } };
  return (await estimate(database(), actor.studyId, backend, planned)).estimate;
}

/** What a run needs where it is to be carried out. `work` is kept with it: later estimates measure by it. */
export async function estimate(
  transaction: Database,
  studyId: string,
  backend: { id: string; local: boolean },
  { kind, parameters, resources, uses, documents }: Planned,
): Promise<{ estimate: Estimate; work: Demand["work"] }> {
  const facts = await readFacts(transaction, studyId, uses);
  const room = await roomOf(transaction, backend);
  const onGpu = (mostGpusOf(room) ?? 0) > 0 && computesOnGpu(kind, parameters);
  const gpus = onGpu ? resources.processes : 0;
  const { nodes, processes } = resources;
  const onNode = Math.ceil(processes / nodes);
  const demand = demandOf(kind, { ...facts, documents: documents ?? facts.documents }, { parameters, ...resources });
  const { work } = demand;
  const measured = work && (await measuredSpeed(transaction, backend.id, kind, work.unit, gpus));
  const cores = nodes * Math.min(room.cores, onNode * resources.threads);
  const speed = work && (measured?.speed ?? assumedSpeed(work.unit, kind, { gpus, gpuName: room.gpuName, cores }));
  const seconds = work && speed ? startSeconds + work.amount / speed : null;
  const price = await transaction.backend.findUniqueOrThrow({
    where: { id: backend.id },
    select: { gpuHourPrice: true, currency: true },
  });
  // On processors every process of a machine holds its own share at once.
  const memory = onGpu
    ? demand.memory
    : demand.memory.map((part) => ({ ...part, bytes: part.bytes * perMachine(kind, onNode) }));
  return {
    work,
    estimate: {
      seconds,
      speed: work && speed ? { perSecond: speed, unit: work.unit, measuredRuns: measured?.runs ?? 0 } : null,
      gpus,
      memory: needOf(memory, onGpu ? room.gpuMemoryBytes : room.memoryBytes),
      disk: needOf(demand.disk, room.diskBytes),
      cost:
        seconds !== null && gpus > 0 && price.gpuHourPrice !== null
          ? { amount: (seconds / 3600) * gpus * price.gpuHourPrice, currency: price.currency }
          : null,
      shortages: shortagesOf(demand, memory, { onGpu, nodes, onNode }, room),
    },
  };
}

/** The formulas of the other kinds have their processes in them. */
const spreadKinds: readonly string[] = ["pretrain", "train-classifier", "classify-corpus"];
const perMachine = (kind: string, onNode: number) => (spreadKinds.includes(kind) ? onNode : 1);

const sum = (parts: readonly Part[]) => parts.reduce((total, { bytes }) => total + bytes, 0);

function needOf(parts: Part[], availableBytes: number | null): Estimate["memory"] {
  return parts.length === 0 ? null : { parts, bytes: sum(parts), availableBytes };
}

/**
 * The middle speed of the newest runs of that kind on that backend with as many GPUs, of those whose work is known.
 */
async function measuredSpeed(
  transaction: Database,
  backendId: string,
  kind: string,
  unit: string,
  gpus: number,
): Promise<{ speed: number; runs: number } | null> {
  const rows = await transaction.$queryRaw<{ speed: number }[]>`
    select run."work" / greatest(1, extract(epoch from run."finishedAt" - run."startedAt") - ${startSeconds}::float)
      as "speed"
    from "Run" run
    where run."backendId" = ${backendId}::uuid and run."kind" = ${kind} and run."state" = 'succeeded'
      and run."workUnit" = ${unit} and run."workGpus" = ${gpus}::int and run."work" > 0 and run."currentAttempt" = 1
      and run."finishedAt" > run."startedAt"
    order by run."finishedAt" desc limit ${mostMeasured}::int`;
  const speeds = rows.map(({ speed }) => Number(speed)).sort((a, b) => a - b);
  const middle = speeds[Math.floor((speeds.length - 1) / 2)];
  return middle === undefined ? null : { speed: middle, runs: speeds.length };
}

/** Why a run can't fit, with the sum that shows it; GiB with one decimal place. */
function shortagesOf(
  demand: Demand,
  memory: Part[],
  { onGpu, nodes, onNode }: { onGpu: boolean; nodes: number; onNode: number },
  room: Room,
): Shortage[] {
  const short: Shortage[] = [];
  const gpus = onGpu ? onNode : 0;
  const able = room.gpusOfNodes?.filter((each) => each >= gpus).length ?? Number.POSITIVE_INFINITY;
  if (able === 0) short.push({ code: "gpus_short", needed: gpus, available: mostGpusOf(room) ?? 0, parts: [] });
  else if (able < nodes) short.push({ code: "nodes_short", needed: nodes, available: able, parts: [] });
  const compare = (
    code: "gpu_memory_short" | "memory_short" | "disk_short",
    parts: Part[],
    available: number | null,
  ) => {
    if (available === null || sum(parts) <= available) return;
    short.push({ code, needed: inGibibytes(sum(parts)), available: inGibibytes(available), parts });
  };
  if (onGpu) compare("gpu_memory_short", demand.memory, room.gpuMemoryBytes);
  else compare("memory_short", memory, room.memoryBytes);
  compare("disk_short", demand.disk, room.diskBytes);
  return short;
}

const shortagePaths: Record<Shortage["code"], string> = {
  gpus_short: "resources.processes",
  nodes_short: "resources.nodes",
  gpu_memory_short: "resources.gpuMemory",
  memory_short: "resources.memory",
  disk_short: "resources.disk",
};

/** 422 with each sum, where a run can't fit; a form shows the same before it is sent. */
export function refuseShortages(shortages: readonly Shortage[]): void {
  if (shortages.length === 0) return;
  const fields = shortages.map((shortage) => ({
    path: shortagePaths[shortage.code],
    message: `${shortage.needed} > ${shortage.available}`,
    code: shortage.code,
    values: valuesOf(shortage),
  }));
  throw unprocessable("run_too_large", {}, fields);
}
