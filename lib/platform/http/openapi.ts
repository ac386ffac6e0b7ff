import { z } from "zod";
import type { Operation } from "./operation";
import { problemDetailsSchema } from "./problem-details";

// biome-ignore lint/suspicious/noExplicitAny: a list of operations of every type
type AnyOperation = Operation<any, any, any, any>;

const jsonSchema = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", target: "draft-2020-12" });
  return rest;
};

function parameters(operation: AnyOperation) {
  const inPath = Object.entries((operation.params as z.ZodObject | undefined)?.shape ?? {});
  const inQuery = Object.entries((operation.query as z.ZodObject | undefined)?.shape ?? {});
  return [
    ...inPath.map(([name, schema]) => ({
      name,
      in: "path",
      required: true,
      schema: jsonSchema(schema as z.ZodType, "input"),
    })),
    ...inQuery.map(([name, schema]) => ({
      name,
      in: "query",
      required: !(schema as z.ZodType).safeParse(undefined).success,
      schema: jsonSchema(schema as z.ZodType, "input"),
    })),
  ];
}

function requestBody(operation: AnyOperation) {
  if (operation.rawBody) return { required: true, content: { [operation.rawBody.contentType]: {} } };
  if (!operation.body) return undefined;
  return { required: true, content: { "application/json": { schema: jsonSchema(operation.body, "input") } } };
}

function success(operation: AnyOperation) {
  if (operation.file) return { "200": { description: "A file", content: { [operation.file.contentType]: {} } } };
  if (!operation.response) return { "204": { description: "Done" } };
  const content = { "application/json": { schema: jsonSchema(operation.response, "output") } };
  return { [operation.status ?? 200]: { description: "Done", content } };
}

/** OpenAPI 3.1, made from the same schemas by which the routes parse. */
export function openApiDocument(operations: readonly AnyOperation[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
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
      parameters: parameters(operation),
      requestBody: requestBody(operation),
      responses: {
        ...success(operation),
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
      schemas: { Problem: jsonSchema(problemDetailsSchema, "output") },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token from the settings" },
        session: { type: "apiKey", in: "cookie", name: "studio-session" },
      },
    },
  };
}
