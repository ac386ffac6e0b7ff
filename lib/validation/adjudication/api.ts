import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import { decisionResultSchema, releaseClaimsSchema, roundParams, skipItemSchema } from "../schema";
import { claimContestedSchema, claimedContestedSchema, submitAdjudicationsSchema } from "./schema";

const path = "/studies/{studyId}/rounds/{roundId}/adjudication";

export const claimContestedOperation = operation({
  id: "adjudication.claim",
  method: "POST",
  path: `${path}/claims`,
  summary: "Take the next contested documents: disputed, unsure or flagged, and none that one decided on oneself",
  access: { kind: "study", permission: "rounds.adjudicate" },
  params: roundParams,
  body: claimContestedSchema,
  response: claimedContestedSchema,
});

export const releaseContestedOperation = operation({
  id: "adjudication.release",
  method: "POST",
  path: `${path}/claims/release`,
  summary: "Give back the contested documents that one holds",
  access: { kind: "study", permission: "rounds.adjudicate" },
  params: roundParams,
  body: releaseClaimsSchema,
});

export const skipContestedOperation = operation({
  id: "adjudication.skip",
  method: "POST",
  path: `${path}/claims/skip`,
  summary: "Give a contested document back; it returns after the others",
  access: { kind: "study", permission: "rounds.adjudicate" },
  params: roundParams,
  body: skipItemSchema,
});

export const submitAdjudicationsOperation = operation({
  id: "adjudication.decisions",
  method: "POST",
  path: `${path}/decisions`,
  summary:
    "Settle contested documents, each once by its idempotency key; a later label on the same corrects the earlier",
  access: { kind: "study", permission: "rounds.adjudicate" },
  params: roundParams,
  body: submitAdjudicationsSchema,
  response: z.object({ results: z.array(decisionResultSchema) }),
});
