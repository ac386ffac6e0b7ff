import { operations } from "@/app/api/operations";
import { openApiDocument } from "@/lib/platform/http/openapi";
import { version } from "@/package.json";

/** Public: it tells of the interface, not of what is stored. */
export function GET(): Response {
  return Response.json(openApiDocument(operations, version), { headers: { "cache-control": "no-store" } });
}
