import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  claimedPairsSchema,
  claimPairsSchema,
  comparisonParams,
  comparisonSchema,
  createComparisonSchema,
  leaderboardSchema,
  releasePairsSchema,
  submitVotesSchema,
  voteResultSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });

export const listComparisonsOperation = operation({
  id: "comparisons.list",
  method: "GET",
  path: "/studies/{studyId}/comparisons",
  summary: "Comparisons, newest first",
  access: { kind: "study", permission: "comparisons.read" },
  params: studyParams,
  response: z.object({ comparisons: z.array(comparisonSchema) }),
});

export const createComparisonOperation = operation({
  id: "comparisons.create",
  method: "POST",
  path: "/studies/{studyId}/comparisons",
  summary: "Draft a blind comparison of answer sets",
  access: { kind: "study", permission: "comparisons.change" },
  params: studyParams,
  body: createComparisonSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const readComparisonOperation = operation({
  id: "comparisons.read",
  method: "GET",
  path: "/studies/{studyId}/comparisons/{comparisonId}",
  summary: "A comparison",
  access: { kind: "study", permission: "comparisons.read" },
  params: comparisonParams,
  response: comparisonSchema,
});

export const changeComparisonOperation = operation({
  id: "comparisons.change",
  method: "POST",
  path: "/studies/{studyId}/comparisons/{comparisonId}/state",
  summary: "Open or close a comparison",
  access: { kind: "study", permission: "comparisons.change" },
  params: comparisonParams,
  body: z.object({ move: z.enum(["open", "close"]) }),
});

export const verifyBlindingOperation = operation({
  id: "comparisons.verify",
  method: "GET",
  path: "/studies/{studyId}/comparisons/{comparisonId}/blinding",
  summary: "Whether pairs and sides are those whose hash was published at the start",
  access: { kind: "study", permission: "comparisons.read" },
  params: comparisonParams,
  response: z.object({ publishedHash: z.string(), computedHash: z.string(), matches: z.boolean() }).nullable(),
});

export const claimPairsOperation = operation({
  id: "comparisons.claim",
  method: "POST",
  path: "/studies/{studyId}/comparisons/{comparisonId}/claims",
  summary: "Take the next pairs to judge",
  access: { kind: "study", permission: "comparisons.vote" },
  params: comparisonParams,
  body: claimPairsSchema,
  response: claimedPairsSchema,
});

export const releasePairsOperation = operation({
  id: "comparisons.release",
  method: "POST",
  path: "/studies/{studyId}/comparisons/{comparisonId}/claims/release",
  summary: "Give back the pairs that one holds",
  access: { kind: "study", permission: "comparisons.vote" },
  params: comparisonParams,
  body: releasePairsSchema,
});

export const submitVotesOperation = operation({
  id: "comparisons.vote",
  method: "POST",
  path: "/studies/{studyId}/comparisons/{comparisonId}/votes",
  summary: "Deliver votes; a repeat is answered with the first result",
  access: { kind: "study", permission: "comparisons.vote" },
  params: comparisonParams,
  body: submitVotesSchema,
  response: z.object({ results: z.array(voteResultSchema) }),
});

export const readLeaderboardOperation = operation({
  id: "leaderboard.read",
  method: "GET",
  path: "/studies/{studyId}/comparisons/{comparisonId}/leaderboard",
  summary: "Win rates and Bradley–Terry strengths with intervals",
  access: { kind: "study", permission: "leaderboard.read" },
  params: comparisonParams,
  query: z.object({
    bothBadAsTie: z
      .enum(["true", "false"])
      .transform((value) => value === "true")
      .optional(),
  }),
  response: leaderboardSchema,
});
