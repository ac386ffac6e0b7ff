import type { RayCluster } from "../ray/cluster";
import type { StoredSpec } from "../stored-spec";

/** The other kinds work on CPU cores only, and leave the GPUs to those that need them. */
export const kindsOnGpu: readonly string[] = ["train-classifier", "pretrain", "evaluate", "generate"];

/**
 * What a job asks Ray for. A job runs on one node: it asks for no more cores than the largest one has (it is slower then,
 * but would wait for ever otherwise), and for one GPU a process where there are GPUs. null: no node has enough GPUs.
 */
export function jobResources(
  kind: string,
  { processes, threads }: StoredSpec["resources"],
  cluster: RayCluster,
): { cpus: number; gpus: number } | null {
  const gpus = cluster.gpus > 0 && kindsOnGpu.includes(kind) ? processes : 0;
  if (gpus > cluster.largestNode.gpus) return null;
  return { cpus: Math.min(processes * threads, cluster.largestNode.cpus), gpus };
}
