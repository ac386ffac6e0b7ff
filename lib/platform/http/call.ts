import type { z } from "zod";
import type { BodyInputOf, Operation, ResponseOf } from "./operation";
import type { ProblemDetails } from "./problem-details";

/** What the browser throws when an operation did not succeed. `problem` is null where no answer came at all. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    readonly problem: ProblemDetails | null,
  ) {
    super(problem?.title ?? "no answer");
    this.name = "CallError";
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the operation's own types are inferred from the argument
type AnyOperation = Operation<any, any, any, any>;
type Arguments<O extends AnyOperation> = {
  params?: O extends Operation<infer Params, z.ZodType, z.ZodType, z.ZodType> ? z.input<Params> : never;
  query?: Record<string, string | number | boolean | undefined>;
  body?: BodyInputOf<O>;
  signal?: AbortSignal;
};

/** The address of an operation. */
export function addressOf(
  operation: AnyOperation,
  params: Record<string, string | number> = {},
  query: Record<string, string | number | boolean | undefined> = {},
): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

const underWay = new Map<string, Promise<unknown>>();

/**
 * Calls an operation from the browser, same origin, with the session's cookie. Throws CallError. The same change that is
 * still under way (a double click) is not sent again: both callers get its answer.
 */
export function call<O extends AnyOperation>(operation: O, input: Arguments<O> = {}): Promise<ResponseOf<O>> {
  const address = addressOf(operation, input.params ?? {}, input.query);
  const body = input.body === undefined ? undefined : JSON.stringify(input.body);
  if (operation.method === "GET" || input.signal) return send<O>(operation.method, address, body, input.signal);
  const key = `${operation.method} ${address} ${body}`;
  const same = underWay.get(key) as Promise<ResponseOf<O>> | undefined;
  if (same) return same;
  const sent = send<O>(operation.method, address, body).finally(() => underWay.delete(key));
  underWay.set(key, sent);
  return sent;
}

async function send<O extends AnyOperation>(
  method: string,
  address: string,
  body: string | undefined,
  signal?: AbortSignal,
): Promise<ResponseOf<O>> {
  const response = await fetch(address, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new CallError(0, null);
  });
  if (response.status === 204) return undefined as ResponseOf<O>;
  const json: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new CallError(response.status, json as ProblemDetails | null);
  return json as ResponseOf<O>;
}
