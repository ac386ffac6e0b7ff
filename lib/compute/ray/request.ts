import { z } from "zod";
import { askHttp } from "./http";

/** Where a cluster's Jobs API is, and the token that it wants. */
export type RayConnection = { address: string; token: string };

/** Nobody answered, or something in between answered in Ray's place: try again later. */
export class RayUnreachable extends Error {
  override name = "RayUnreachable";
}

/** Ray answered 401 or 403: the token is missing, wrong, or not wanted any more. */
export class RayTokenRefused extends Error {
  override name = "RayTokenRefused";
}

/** Ray answered, and said no. */
export class RayFault extends Error {
  override name = "RayFault";
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(`Ray answered ${status}: ${detail.slice(0, 500)}`);
  }
}

const timeoutMs = 10_000;

/** One request to Ray's dashboard; null for 404. Throws RayUnreachable, RayTokenRefused, RayFault. */
export async function askRay<Schema extends z.ZodType>(
  connection: RayConnection,
  method: "GET" | "POST",
  path: string,
  schema: Schema,
  body?: unknown,
): Promise<z.output<Schema> | null> {
  const { status, text } = await askHttp(addressOf(connection, path), {
    method,
    headers: {
      authorization: `Bearer ${connection.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    timeoutMs,
  }).catch((error: unknown) => {
    throw new RayUnreachable(error instanceof Error ? error.message : String(error));
  });
  if (status === 401 || status === 403) throw new RayTokenRefused(`Ray answered ${status}`);
  if (status === 404) return null;
  if (status === 502 || status === 503 || status === 504) throw new RayUnreachable(`a proxy answered ${status}`);
  if (status < 200 || status > 299) throw new RayFault(status, text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RayUnreachable("the answer is not Ray's: no JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new RayUnreachable(`the answer is not Ray's: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function addressOf(connection: { address: string }, path: string): URL {
  return new URL(`${connection.address.replace(/\/$/, "")}${path}`);
}
