import { randomUUID } from "node:crypto";
import type { NextRequest } from "next/server";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { actorOfToken } from "@/lib/auth/api-token";
import { actorOfSession, sessionCookie } from "@/lib/auth/session";
import type { BodyOf, Operation, ParamsOf, QueryOf, ResponseOf } from "@/lib/platform/http/operation";
import type { ProblemDetails } from "@/lib/platform/http/problem-details";
import { negotiateLocale } from "@/lib/platform/i18n/locale";
import { translateFields, translateProblem } from "@/lib/platform/i18n/translate-problem";
import { log } from "@/lib/platform/log";
import { Problem } from "@/lib/platform/problem";
import { brokenRuleOf, fieldsOfIssues } from "@/lib/platform/problem-fields";
import { damageOf } from "@/lib/platform/text-damage";
import { memberOfSession, memberOfToken, requirePermission, type StudyActor } from "@/lib/studies/actor";

// biome-ignore lint/suspicious/noExplicitAny: the operation's own types are inferred from the argument
type AnyOperation = Operation<any, any, any, any>;

/** What the operation's own access gives it: nobody, a person, or a member of the study. */
type ActorOf<O> = O extends { access: { kind: "study" } } ? StudyActor : Actor;

type Input<O extends AnyOperation> = {
  actor: ActorOf<O>;
  params: ParamsOf<O>;
  query: QueryOf<O>;
  body: BodyOf<O>;
  request: NextRequest;
};

type RouteContext = { params: Promise<Record<string, string | string[] | undefined>> };
type Route = ((request: NextRequest, context: RouteContext) => Promise<Response>) & { operation: AnyOperation };

/** One road for every request: parse, authorise, call, map. Attach the answer to an operation and export it as a route. */
export function serve<const O extends AnyOperation>(
  operation: O,
  handler: (input: Input<O>) => Promise<ResponseOf<O> | Response>,
): Route {
  const route = async (request: NextRequest, context: RouteContext) => {
    try {
      checkSameOrigin(request);
      const rawParams = await context.params;
      const actor = await authorise(operation, request, rawParams);
      const input = {
        actor,
        params: parse(operation.params, rawParams, "params"),
        query: parse(operation.query, readQuery(request), "query"),
        body: operation.body ? parse(operation.body, await readJson(request, operation), "body") : undefined,
        request,
      } as Input<O>;
      const result = await handler(input);
      if (result instanceof Response) return result;
      if (!operation.response) return new Response(null, { status: 204 });
      return Response.json(result, { status: operation.status ?? 200, headers: { "cache-control": "no-store" } });
    } catch (error) {
      return problemResponse(error, request, operation.id);
    }
  };
  return Object.assign(route, { operation });
}

/** A browser sends `Origin` with every write; a write from elsewhere is refused. API tokens are not sent by browsers. */
function checkSameOrigin(request: NextRequest): void {
  if (request.method === "GET" || request.method === "HEAD" || request.headers.has("authorization")) return;
  const origin = request.headers.get("origin");
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  if (!origin || !URL.canParse(origin) || new URL(origin).host !== host) throw new Problem(403, "cross_origin");
}

async function authorise(operation: AnyOperation, request: NextRequest, params: Record<string, unknown>) {
  const { access } = operation;
  const bearer = request.headers.get("authorization")?.match(/^Bearer (.+)$/)?.[1];
  const cookie = request.cookies.get(sessionCookie)?.value;
  if (access.kind === "study") {
    const studyId = String(params.studyId);
    const member = bearer ? await memberOfToken(bearer, studyId) : await memberOfSession(cookie, studyId);
    requirePermission(member, access.permission);
    return member;
  }
  const actor = bearer ? await actorOfToken(bearer) : await actorOfSession(cookie);
  if (access.kind === "public") return actor;
  if (!actor) throw new Problem(401, bearer ? "token_invalid" : "not_signed_in");
  // Outside studies a token only does what it was given by the operation's name.
  if (actor.token && !actor.token.scopes.includes(operation.id))
    throw new Problem(403, "forbidden", { permission: operation.id });
  if (access.kind === "administrator" && !actor.administrator)
    throw new Problem(403, "forbidden", { permission: "administrator" });
  return actor;
}

function parse(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (!schema) return {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // A malformed id in the address is an address that leads nowhere.
  if (part === "params") throw new Problem(404, "not_found");
  const { issues } = result.error;
  const fields = fieldsOfIssues(issues, value);
  const named = { fields: fields.map((field) => field.path || part).join(", ") };
  const rule = brokenRuleOf(issues);
  throw rule ? new Problem(422, rule, named, fields) : new Problem(400, "invalid_input", named, fields);
}

function checkText(value: unknown): void {
  if (damageOf(value)) throw new Problem(400, "text_unstorable");
}

async function readJson(request: NextRequest, operation: AnyOperation): Promise<unknown> {
  const limit = operation.maxBodyBytes ?? 1024 * 1024;
  if (!request.headers.get("content-type")?.includes("application/json")) throw new Problem(415, "json_expected");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new Problem(413, "body_too_large", { limit });
    chunks.push(chunk);
  }
  let json: string;
  let value: unknown;
  try {
    json = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    value = JSON.parse(json);
  } catch {
    throw new Problem(400, "json_malformed");
  }
  if (/\\u(?:0000|d[89a-f])/i.test(json)) checkText(value);
  return value;
}

function readQuery(request: NextRequest): Record<string, string> {
  const query = Object.fromEntries(request.nextUrl.searchParams);
  checkText(query);
  return query;
}

async function problemResponse(error: unknown, request: NextRequest, operationId: string): Promise<Response> {
  const locale = negotiateLocale(request.cookies.get("locale")?.value, request.headers.get("accept-language"));
  let details: ProblemDetails;
  if (error instanceof Problem) {
    const title = await translateProblem(error, locale);
    details = {
      type: "about:blank",
      status: error.status,
      code: error.code,
      title,
      fields: translateFields(error.fields, locale),
    };
  } else {
    const id = randomUUID();
    log().error({ id, operation: operationId, error: error instanceof Error ? error.stack : error }, "unexpected");
    const title = await translateProblem({ code: "unexpected", values: { id } }, locale);
    details = { type: "about:blank", status: 500, code: "unexpected", title, fields: [], id };
  }
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (details.status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(details), { status: details.status, headers });
}
