import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import { connectBackend } from "./connect-backend";
import { answersWithoutToken, describeCluster, isRecentEnough } from "./ray/cluster";
import { type RayConnection, RayFault, RayTokenRefused, RayUnreachable } from "./ray/request";
import type { BackendTest } from "./schema";

const nothing = { version: null, nodes: 0, cpus: 0, gpus: 0, memoryBytes: 0 };

/** Asks a backend who it is: version, token, resources. The local one is started by that. */
export async function testBackend(id: string): Promise<BackendTest> {
  const backend = await database().backend.findFirst({ where: { id, archivedAt: null } });
  if (!backend) throw notFound();
  const way = await connectBackend(backend);
  return "waiting" in way ? { outcome: way.waiting, ...nothing } : testCluster(way.connection);
}

async function testCluster(connection: RayConnection): Promise<BackendTest> {
  try {
    const { version, nodes, cpus, gpus, memoryBytes } = await describeCluster(connection);
    const seen = { version, nodes, cpus, gpus, memoryBytes };
    if (!isRecentEnough(version)) return { outcome: "backend_too_old", ...seen };
    if (await answersWithoutToken(connection.address)) return { outcome: "backend_open", ...seen };
    return { outcome: "ready", ...seen };
  } catch (error) {
    if (error instanceof RayTokenRefused) return { outcome: "backend_token_refused", ...nothing };
    if (error instanceof RayUnreachable || error instanceof RayFault) {
      return { outcome: "backend_unreachable", ...nothing };
    }
    throw error;
  }
}
