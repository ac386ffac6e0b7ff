import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import { auditPageSchema, auditPlaceSchema } from "./schema";

export const listInstallationAuditOperation = operation({
  id: "audit.installation",
  method: "GET",
  path: "/audit",
  summary: "What was changed outside studies (accounts, tokens, backends, endpoints, base models), newest first",
  access: { kind: "administrator" },
  query: z.object({ before: auditPlaceSchema.optional() }),
  response: auditPageSchema,
});
