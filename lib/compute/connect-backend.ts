import type { Backend } from "@/lib/platform/database/generated/client";
import { checkAllowedAddress } from "@/lib/platform/http/allowed-address";
import { Problem } from "@/lib/platform/problem";
import { decryptSecret } from "@/lib/platform/secrets/encryption";
import { askPart, SupervisorUnreachable } from "@/lib/platform/supervisor-part";
import type { RayConnection } from "./ray/request";
import type { WaitingCode } from "./schema";

/** A way to the cluster, or what has to happen before there is one. */
export type BackendWay = { connection: RayConnection } | { waiting: WaitingCode };

/**
 * The local backend is started by the supervisor when it is first needed, and told that it is in use; a remote one has
 * its address and token in its row.
 */
export async function connectBackend(
  backend: Pick<Backend, "local" | "address" | "tokenCiphertext">,
): Promise<BackendWay> {
  return backend.local ? connectLocal() : connectRemote(backend);
}

async function connectLocal(): Promise<BackendWay> {
  try {
    const part = await askPart("ray", "ensure");
    if (!part) return { waiting: "supervisor_missing" };
    if (part.state === "ready" && part.address && part.token) {
      await askPart("ray", "use");
      return { connection: { address: part.address, token: part.token } };
    }
    if (part.state === "failed") return { waiting: "backend_failed" };
    return { waiting: part.state === "installing" ? "backend_installing" : "backend_starting" };
  } catch (error) {
    if (error instanceof SupervisorUnreachable) return { waiting: "backend_unreachable" };
    throw error;
  }
}

function connectRemote(backend: Pick<Backend, "address" | "tokenCiphertext">): BackendWay {
  if (!backend.tokenCiphertext) return { waiting: "backend_token_refused" };
  try {
    checkAllowedAddress(backend.address);
  } catch (error) {
    // The list of allowed hosts may have been narrowed since the backend was entered.
    if (error instanceof Problem) return { waiting: "backend_not_allowed" };
    throw error;
  }
  try {
    return { connection: { address: backend.address, token: decryptSecret(backend.tokenCiphertext) } };
  } catch {
    // The installation's encryption key is another one than when the token was entered.
    return { waiting: "backend_token_unreadable" };
  }
}
