import type { LlmEndpoint } from "@/lib/platform/database/generated/client";
import { checkAllowedAddress } from "@/lib/platform/http/allowed-address";
import { Problem } from "@/lib/platform/problem";
import { decryptSecret } from "@/lib/platform/secrets/encryption";
import { askPart, SupervisorUnreachable } from "@/lib/platform/supervisor-part";

export type EndpointConnection = { baseUrl: string; key: string | null; model: string };
/** A way to the endpoint, or a reason (key of messages under labelling.reasons) why there is none yet. */
export type EndpointWay = { connection: EndpointConnection } | { waiting: string };

/** The local endpoint is started by the supervisor when first needed; others have address and key in their row. */
export async function connectEndpoint(
  endpoint: Pick<LlmEndpoint, "local" | "baseUrl" | "keyCiphertext" | "model">,
): Promise<EndpointWay> {
  if (endpoint.local) return connectLocal(endpoint.model);
  try {
    checkAllowedAddress(endpoint.baseUrl);
    const key = endpoint.keyCiphertext ? decryptSecret(endpoint.keyCiphertext) : null;
    return { connection: { baseUrl: endpoint.baseUrl, key, model: endpoint.model } };
  } catch (error) {
    return { waiting: error instanceof Problem ? "address_not_allowed" : "key_unreadable" };
  }
}

async function connectLocal(model: string): Promise<EndpointWay> {
  try {
    const part = await askPart("endpoint", "ensure");
    if (!part) return { waiting: "supervisor_missing" };
    if (part.state === "ready" && part.address) {
      await askPart("endpoint", "use");
      return { connection: { baseUrl: part.address, key: part.token, model } };
    }
    if (part.state === "failed") return { waiting: "endpoint_failed" };
    return { waiting: part.state === "installing" ? "endpoint_installing" : "endpoint_starting" };
  } catch (error) {
    if (error instanceof SupervisorUnreachable) return { waiting: "supervisor_missing" };
    throw error;
  }
}
