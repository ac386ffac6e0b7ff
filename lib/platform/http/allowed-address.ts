import { environment } from "../environment";
import { unprocessable } from "../problem";

/**
 * Addresses that people enter (LLM endpoint, GPU backend) may only lead to allowed hosts, so that the server can't be
 * made to ask others. Throws `address_not_allowed` or `address_invalid`.
 */
export function checkAllowedAddress(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw unprocessable("address_invalid", { address });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw unprocessable("address_invalid", { address });
  if (url.username || url.password) throw unprocessable("address_invalid", { address: url.host });
  const allowed = environment().allowedHosts;
  const matches = allowed.some((host) => host === "*" || host === url.hostname || host === url.host);
  if (!matches) throw unprocessable("address_not_allowed", { host: url.host });
  return url;
}
