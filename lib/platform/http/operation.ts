import type { z } from "zod";

/** Who may call an operation. `study`: members whose role has the permission. */
export type Access =
  | { kind: "public" }
  | { kind: "signed-in" }
  | { kind: "administrator" }
  | { kind: "study"; permission: string };

type Schema = z.ZodType;

/**
 * One operation of the REST API, described once: the route parses by it, the browser calls by it, OpenAPI is made
 * from it, and the permission tests walk over it. Paths are below /api/v1; `{studyId}` stands in every study operation.
 */
export type Operation<
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Body extends Schema = Schema,
  Response extends Schema = Schema,
  A extends Access = Access,
> = {
  id: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  summary: string;
  access: A;
  params?: Params;
  query?: Query;
  /** JSON body. Absent where the handler reads the body itself (`rawBody`). */
  body?: Body;
  rawBody?: { contentType: string };
  maxBodyBytes?: number;
  /** Absent: 204, or `file`. */
  response?: Response;
  /** The answer is a file of this type. */
  file?: { contentType: string };
  status?: 200 | 201 | 202 | 204;
};

export function operation<
  Params extends Schema = z.ZodObject<Record<never, never>>,
  Query extends Schema = z.ZodObject<Record<never, never>>,
  Body extends Schema = z.ZodVoid,
  Response extends Schema = z.ZodVoid,
  const A extends Access = Access,
>(definition: Operation<Params, Query, Body, Response, A>): Operation<Params, Query, Body, Response, A> {
  return definition;
}

export type ParamsOf<O> = O extends Operation<infer Params, Schema, Schema, Schema> ? z.output<Params> : never;
export type QueryOf<O> = O extends Operation<Schema, infer Query, Schema, Schema> ? z.output<Query> : never;
export type BodyOf<O> = O extends Operation<Schema, Schema, infer Body, Schema> ? z.output<Body> : never;
export type BodyInputOf<O> = O extends Operation<Schema, Schema, infer Body, Schema> ? z.input<Body> : never;
export type ResponseOf<O> = O extends Operation<Schema, Schema, Schema, infer Response> ? z.output<Response> : never;
