import type { RayCluster } from "../ray/cluster";
import type { StoredSpec } from "../stored-spec";

/** The other kinds work on CPU cores only, and leave the GPUs to those that need them. */
export const kindsOnGpu: readonly string[] = ["train-classifier", "pretrain", "evaluate", "generate"];

/** Whether a run computes on GPUs where there are some: a corpus is classified there in bf16 only. */
export function computesOnGpu(kind: string, parameters: Record<string, unknown>): boolean {
  return kindsOnGpu.includes(kind) || (kind === "classify-corpus" && parameters.precision === "bf16");
}

/** The entrypoint's own, or what is taken of each of several nodes, on which the entrypoint spreads the run itself. */
export type JobResources = { nodes: number; cpus: number; gpus: number };

/**
 * What a job asks Ray for. A node is asked for no more cores than it has (the run is slower then, but would wait for ever
 * otherwise), and for one GPU a process where there are GPUs; each of several nodes has as many processes. null: too few
 * nodes have enough GPUs.
 */
export function jobResources(
  kind: string,
  { parameters, resources: { nodes, processes, threads } }: StoredSpec,
  cluster: RayCluster,
): JobResources | null {
  const onNode = Math.ceil(processes / nodes);
  const gpus = cluster.gpus > 0 && computesOnGpu(kind, parameters) ? onNode : 0;
  const able = cluster.workers.filter((node) => node.gpus >= gpus).sort((a, b) => b.cpus - a.cpus);
  const last = able[nodes - 1];
  return last ? { nodes, cpus: Math.min(onNode * threads, last.cpus), gpus } : null;
}
