import type { RayCluster } from "../ray/cluster";
import type { StoredSpec } from "../stored-spec";

/** The other kinds work on CPU cores only, and leave the GPUs to those that need them. */
export const kindsOnGpu: readonly string[] = ["train-classifier", "pretrain", "evaluate", "generate"];

/** Whether a run computes on GPUs where there are some: a corpus is classified there in bf16 only. */
export function computesOnGpu(kind: string, parameters: Record<string, unknown>): boolean {
  return kindsOnGpu.includes(kind) || (kind === "classify-corpus" && parameters.precision === "bf16");
}

/**
 * What a job asks Ray for. A job runs on one node: it asks for no more cores than the largest one has (it is slower then,
 * but would wait for ever otherwise), and for one GPU a process where there are GPUs. null: no node has enough GPUs.
 */
export function jobResources(
  kind: string,
  { parameters, resources: { processes, threads } }: StoredSpec,
  cluster: RayCluster,
): { cpus: number; gpus: number } | null {
  const gpus = cluster.gpus > 0 && computesOnGpu(kind, parameters) ? processes : 0;
  if (gpus > cluster.largestNode.gpus) return null;
  return { cpus: Math.min(processes * threads, cluster.largestNode.cpus), gpus };
}
