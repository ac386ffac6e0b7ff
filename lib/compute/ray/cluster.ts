import { z } from "zod";
import { askHttp } from "./http";
import { addressOf, askRay, type RayConnection, RayUnreachable } from "./request";

/** Older ones lack token authentication. */
const leastRayVersion = "2.54";

const versionSchema = z.object({ ray_version: z.string() });
const nodesSchema = z.object({
  data: z.object({
    result: z.object({
      result: z.array(
        z.object({
          state: z.string(),
          node_ip: z.string().nullish(),
          resources_total: z.record(z.string(), z.number()).nullish(),
        }),
      ),
    }),
  }),
});

export type RayNode = {
  name: string;
  cpus: number;
  gpus: number;
  memoryBytes: number;
  /** Ray's word for the kind of its GPUs, such as H100; null where it tells none */
  accelerator: string | null;
  /** the resource that every node has alone: by it a job gets there */
  resource: string | null;
};

export type RayCluster = {
  version: string;
  nodes: number;
  cpus: number;
  gpus: number;
  memoryBytes: number;
  /** those that can carry out a job: a head that only leads has no processors */
  workers: RayNode[];
};

/** Version and total resources of the nodes that are alive. */
export async function describeCluster(connection: RayConnection): Promise<RayCluster> {
  const version = await askRay(connection, "GET", "/api/version", versionSchema);
  if (!version) throw new RayUnreachable("the answer is not Ray's: no version");
  const nodes = await askRay(connection, "GET", "/api/v0/nodes?limit=10000", nodesSchema);
  const alive = nodes?.data.result.result.filter((node) => node.state === "ALIVE") ?? [];
  const total = (name: string) => alive.reduce((sum, node) => sum + (node.resources_total?.[name] ?? 0), 0);
  return {
    version: version.ray_version,
    nodes: alive.length,
    cpus: total("CPU"),
    gpus: total("GPU"),
    memoryBytes: total("memory"),
    workers: alive.filter((node) => (node.resources_total?.CPU ?? 0) > 0).map(nodeOf),
  };
}

const headResource = "node:__internal_head__";
const acceleratorPrefix = "accelerator_type:";

function nodeOf(node: { node_ip?: string | null; resources_total?: Record<string, number> | null }): RayNode {
  const resources = node.resources_total ?? {};
  const names = Object.keys(resources);
  const resource = names.find((name) => name.startsWith("node:") && name !== headResource) ?? null;
  const accelerator = names.find((name) => name.startsWith(acceleratorPrefix));
  return {
    name: node.node_ip ?? resource?.slice("node:".length) ?? "?",
    cpus: resources.CPU ?? 0,
    gpus: resources.GPU ?? 0,
    memoryBytes: resources.memory ?? 0,
    accelerator: accelerator?.slice(acceleratorPrefix.length) ?? null,
    resource,
  };
}

/** Whether a cluster answers without any token: then anyone who reaches it may run anything on it. */
export async function answersWithoutToken(address: string): Promise<boolean> {
  const answer = await askHttp(addressOf({ address }, "/api/jobs/"), { method: "GET", headers: {}, timeoutMs: 10_000 });
  return answer.status >= 200 && answer.status < 300;
}

export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = leastRayVersion.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
