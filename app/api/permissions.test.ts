import { readdirSync } from "node:fs";
import path from "node:path";
import { NextRequest } from "next/server";
import { beforeAll, describe, expect, it } from "vitest";
import { isPermission, mayRole, type Permission } from "@/lib/auth/permissions";
import type { Role } from "@/lib/platform/database/generated/enums";
import { openApiDocument } from "@/lib/platform/http/openapi";
import { newId } from "@/lib/platform/ids";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { cookieOf, makeMember, makePerson, makeStudy } from "@/lib/studies/testing/people";
import { type AnyOperation, operations } from "./operations";

useTestDatabase();

const root = path.join(import.meta.dirname, "v1");
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
type Handler = ((request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response>) & {
  operation?: AnyOperation;
};

/** Routes that describe the interface itself. */
const withoutOperation = ["/openapi.json"];

async function routes(): Promise<{ path: string; method: (typeof methods)[number]; handler: Handler }[]> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("route.ts"));
  const found = await Promise.all(
    files.map(async (file) => {
      const module = (await import(path.join(root, file))) as Record<string, Handler>;
      const address = `/${path.dirname(file)}`.replace(/\[(\w+)\]/g, "{$1}");
      return methods.flatMap((method) => {
        const handler = module[method];
        return handler ? [{ path: address, method, handler }] : [];
      });
    }),
  );
  return found.flat().filter((route) => !withoutOperation.includes(route.path));
}

const paramsOf = (operation: AnyOperation, studyId: string) =>
  Object.fromEntries(
    [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [
      String(name),
      name === "studyId" ? studyId : newId(),
    ]),
  );

/** Calls a route as a person would, with nothing in it: who may not come in is told so before anything is read. */
async function ask(operation: AnyOperation, handler: Handler, studyId: string, cookie: string | null) {
  const params = paramsOf(operation, studyId);
  const address = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  const request = new NextRequest(`http://studio.test/api/v1${address}`, {
    method: operation.method,
    headers: {
      origin: "http://studio.test",
      host: "studio.test",
      "content-type": "application/json",
      ...(cookie ? { cookie } : {}),
    },
    body: operation.method === "GET" ? undefined : "{}",
  });
  const response = await handler(request, { params: Promise.resolve(params) });
  const text = await response.text();
  let code: string | undefined;
  try {
    code = (JSON.parse(text) as { code?: string }).code;
  } catch {
    code = undefined;
  }
  return { status: response.status, code };
}

describe("the routes of the API", async () => {
  const all = await routes();

  it("each have exactly one operation at their own address, and each operation has a route", () => {
    for (const route of all) {
      expect(route.handler.operation, `${route.method} ${route.path}`).toBeDefined();
      expect(`${route.handler.operation?.method} ${route.handler.operation?.path}`).toBe(
        `${route.method} ${route.path}`,
      );
    }
    const served = all.map((route) => route.handler.operation?.id).sort();
    expect(served).toEqual(operations.map((operation) => operation.id).sort());
    expect(new Set(served).size).toBe(served.length);
  });

  it("are described by a document in which every reference leads somewhere", () => {
    const document: unknown = JSON.parse(JSON.stringify(openApiDocument(operations, "0.0.0")));
    const references = new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]*/g));
    expect(references.size).toBeGreaterThan(1);
    for (const reference of references) {
      const steps = reference.replace("#/", "").split("/");
      const target = steps.reduce<unknown>((place, step) => (place as Record<string, unknown>)?.[step], document);
      expect(target, reference).toBeDefined();
    }
  });

  it("name a permission that exists, and lie below a study when they need one", () => {
    for (const operation of operations) {
      if (operation.access.kind !== "study") continue;
      expect(isPermission(operation.access.permission), operation.id).toBe(true);
      expect(operation.path.startsWith("/studies/{studyId}"), operation.id).toBe(true);
    }
  });

  const roles: Role[] = ["clinician", "adjudicator", "researcher", "owner"];
  let studyId: string;
  const cookies = new Map<string, string>();
  beforeAll(async () => {
    studyId = await makeStudy();
    for (const role of roles) cookies.set(role, await cookieOf(await makeMember(studyId, role)));
    cookies.set("stranger", await cookieOf(await makePerson("stranger")));
    cookies.set("administrator", await cookieOf(await makePerson("administrator", { administrator: true })));
  });

  it.each(all.map((route) => [route.handler.operation?.id ?? route.path, route] as const))(
    "%s lets in whom its access names, and nobody else",
    async (_, { handler }) => {
      const operation = handler.operation as AnyOperation;
      const { access } = operation;
      const outcome = (who: string | null) => ask(operation, handler, studyId, who ? (cookies.get(who) ?? null) : null);
      if (access.kind === "public") return;
      expect(await outcome(null)).toEqual({ status: 401, code: "not_signed_in" });
      if (access.kind === "administrator") {
        expect(await outcome("stranger")).toEqual({ status: 403, code: "forbidden" });
        expect((await outcome("administrator")).code).not.toBe("forbidden");
      }
      if (access.kind === "study") {
        expect(await outcome("stranger")).toEqual({ status: 404, code: "not_found" });
        // An administrator is no member: hospital staff who run the machine do not read the study.
        expect(await outcome("administrator")).toEqual({ status: 404, code: "not_found" });
        for (const role of roles) {
          const { status, code } = await outcome(role);
          if (mayRole(role, access.permission as Permission)) expect(code, `${role} ${status}`).not.toBe("forbidden");
          else expect({ status, code }).toEqual({ status: 403, code: "forbidden" });
          expect(status, `${role} ${code}`).not.toBe(500);
        }
      }
    },
  );
});
