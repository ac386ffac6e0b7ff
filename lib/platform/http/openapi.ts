import { z } from "zod";
import type { Operation } from "./operation";
import { problemDetailsSchema } from "./problem-details";

// biome-ignore lint/suspicious/noExplicitAny: a list of operations of every type
type AnyOperation = Operation<any, any, any, any>;

/** What schemas refer to, by name: they stand once, in the document's components. */
type Shared = Record<string, unknown>;

function jsonSchema(schema: z.ZodType, io: "input" | "output", shared: Shared): unknown {
  const options = { io, unrepresentable: "any", target: "draft-2020-12" } as const;
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, options);
  const text = JSON.stringify([rest, $defs]);
  // Zod refers to the schema's own definitions, which a reader of the document would look for at its top.
  const [own, definitions] = JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as [unknown, Shared];
  for (const [name, definition] of Object.entries(definitions)) {
    const known = shared[name];
    if (known && JSON.stringify(known) !== JSON.stringify(definition))
      throw new Error(`Two schemas are called ${name}: give each a name with .meta({ id })`);
    shared[name] = definition;
  }
  return own;
}

function parameters(operation: AnyOperation, shared: Shared) {
  const inPath = Object.entries((operation.params as z.ZodObject | undefined)?.shape ?? {});
  const inQuery = Object.entries((operation.query as z.ZodObject | undefined)?.shape ?? {});
  return [
    ...inPath.map(([name, schema]) => ({
      name,
      in: "path",
      required: true,
      schema: jsonSchema(schema as z.ZodType, "input", shared),
    })),
    ...inQuery.map(([name, schema]) => ({
      name,
      in: "query",
      required: !(schema as z.ZodType).safeParse(undefined).success,
      schema: jsonSchema(schema as z.ZodType, "input", shared),
    })),
  ];
}

function requestBody(operation: AnyOperation, shared: Shared) {
  if (operation.rawBody) return { required: true, content: { [operation.rawBody.contentType]: {} } };
  if (!operation.body) return undefined;
  return { required: true, content: { "application/json": { schema: jsonSchema(operation.body, "input", shared) } } };
}

function success(operation: AnyOperation, shared: Shared) {
  if (operation.file) return { "200": { description: "A file", content: { [operation.file.contentType]: {} } } };
  if (!operation.response) return { "204": { description: "Done" } };
  const content = { "application/json": { schema: jsonSchema(operation.response, "output", shared) } };
  return { [operation.status ?? 200]: { description: "Done", content } };
}

/** OpenAPI 3.1, made from the same schemas by which the routes parse. */
export function openApiDocument(operations: readonly AnyOperation[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  const shared: Shared = {};
  for (const operation of operations) {
    const { access } = operation;
    const path = paths[`/api/v1${operation.path}`] ?? {};
    paths[`/api/v1${operation.path}`] = path;
    path[operation.method.toLowerCase()] = {
      operationId: operation.id,
      summary: operation.summary,
      tags: [operation.id.split(".")[0]],
      ...(access.kind === "study" ? { "x-permission": access.permission } : {}),
      ...(access.kind === "administrator" ? { "x-administrator": true } : {}),
      security: access.kind === "public" ? [] : [{ token: [] }, { session: [] }],
      parameters: parameters(operation, shared),
      requestBody: requestBody(operation, shared),
      responses: {
        ...success(operation, shared),
        default: { $ref: "#/components/responses/Problem" },
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: { title: "DeFineMed Studio", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      responses: {
        Problem: {
          description: "What went wrong; `code` is stable, `title` is a sentence in the caller's language",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      schemas: { ...shared, Problem: jsonSchema(problemDetailsSchema, "output", {}) },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token from the settings" },
        session: { type: "apiKey", in: "cookie", name: "studio-session" },
      },
    },
  };
}
