import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { Database } from "@/lib/platform/database/client";
import { storeRoot } from "@/lib/platform/storage/addresses";
import { findingsSchema } from "../schema";

/** What a backend has, as far as it is known; bytes. */
export type Room = {
  /** GPUs of each node; null: not known */
  gpusOfNodes: number[] | null;
  gpuName: string | null;
  gpuMemoryBytes: number | null;
  cores: number;
  memoryBytes: number | null;
  diskBytes: number | null;
};

/**
 * Of a cluster, what the newest look at it that reached its nodes found; of this machine's own backend, this machine. The
 * disk is the artifact store's, by the smallest of what is known of it.
 */
export async function roomOf(transaction: Database, backend: { id: string; local: boolean }): Promise<Room> {
  const diskHere = await freeBytesHere();
  const check = await transaction.backendCheck.findFirst({
    where: { backendId: backend.id, probedAt: { not: null }, outcome: { not: null } },
    orderBy: { createdAt: "desc" },
    select: { findings: true },
  });
  const nodes = check ? findingsSchema.parse(check.findings).nodes : [];
  const largest = <Value>(values: (Value | null)[], of: (value: Value) => number): Value | null =>
    values.reduce((best, each) => (each !== null && (best === null || of(each) > of(best)) ? each : best), null);
  const node = largest(nodes, ({ gpus, memoryBytes }) => gpus * 1e18 + memoryBytes);
  const device = largest(
    nodes.flatMap(({ devices }) => devices),
    ({ memoryBytes }) => memoryBytes ?? 0,
  );
  const free = [diskHere, ...nodes.map(({ storeFreeBytes }) => storeFreeBytes)].filter((each) => each !== null);
  return {
    gpusOfNodes: nodes.length > 0 ? nodes.map(({ gpus }) => gpus) : backend.local ? [0] : null,
    gpuName: device?.name ?? null,
    gpuMemoryBytes: device?.memoryBytes ?? null,
    cores: node?.cpus ?? availableParallelism(),
    memoryBytes: backend.local
      ? totalmem()
      : largest(
          nodes.map(({ memoryBytes }) => memoryBytes),
          Number,
        ),
    diskBytes: free.length > 0 ? Math.min(...free) : null,
  };
}

/** GPUs of the node with the most; null: not known. */
export function mostGpusOf({ gpusOfNodes }: Pick<Room, "gpusOfNodes">): number | null {
  return gpusOfNodes && Math.max(0, ...gpusOfNodes);
}

async function freeBytesHere(): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(storeRoot());
    return bavail * bsize;
  } catch {
    return null;
  }
}
