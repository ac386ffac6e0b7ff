import { z } from "zod";

export const voteOutcomes = ["first", "second", "tie", "both_bad", "cannot_judge"] as const;
export type VoteOutcome = (typeof voteOutcomes)[number];

/** Why an answer was not preferred; of the pair as a whole. */
export const voteReasons = ["wrong", "unsafe", "off_language", "too_long", "incomplete", "unclear"] as const;

export const comparisonStates = ["draft", "open", "closed"] as const;
export type ComparisonState = (typeof comparisonStates)[number];

export const comparisonParams = z.object({ studyId: z.uuid(), comparisonId: z.uuid() });

export const createComparisonSchema = z.object({
  name: z.string().trim().min(1).max(120),
  promptSetId: z.uuid(),
  answerSetIds: z.array(z.uuid()).max(20),
  memberIds: z.array(z.uuid()).max(200).default([]),
  /** votes wanted per prompt and pair of checkpoints */
  votesPerPair: z.number().int().min(1).max(20).default(1),
  seed: z.number().int().min(0).max(2_147_483_647).optional(),
});
export type CreateComparison = z.output<typeof createComparisonSchema>;

export const comparisonSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(comparisonStates),
  promptSetName: z.string(),
  /** `runId`: of the run that gave the answers; null: a model behind an endpoint gave them */
  contestants: z.array(z.object({ answerSetId: z.uuid(), checkpointName: z.string(), runId: z.uuid().nullable() })),
  members: z.array(z.object({ personId: z.uuid(), name: z.string(), simulated: z.boolean() })),
  votesPerPair: z.number().int(),
  pairs: z.number().int(),
  wanted: z.number().int(),
  votesCast: z.number().int(),
  /** votes, corrections and withdrawals that arrived only after it was closed: kept, not counted */
  late: z.number().int(),
  /** the caller takes part and it is open: figures are kept from them */
  judging: z.boolean(),
  /** published at the start; the seed and the salt at the end */
  assignmentHash: z.string().nullable(),
  salt: z.string().nullable(),
  seed: z.number().int().nullable(),
  createdAt: z.iso.datetime(),
});
export type ComparisonSummary = z.infer<typeof comparisonSchema>;

/** Everything that the browser learns of a pair before its person votes. */
export const workPairSchema = z.object({ id: z.uuid(), prompt: z.string(), first: z.string(), second: z.string() });
export type WorkPair = z.infer<typeof workPairSchema>;

export const claimPairsSchema = z.object({
  personId: z.uuid(),
  count: z.number().int().min(1).max(8),
  holding: z.array(z.uuid()).max(200).default([]),
});
export type ClaimPairsInput = z.infer<typeof claimPairsSchema>;

export const judgingProgressSchema = z.object({ decided: z.number().int(), open: z.number().int() });
export const claimedPairsSchema = z.object({
  pairs: z.array(workPairSchema),
  progress: judgingProgressSchema,
  /** when the claims lapse; renewed with each request */
  claimedUntil: z.iso.datetime(),
});
export type ClaimedPairs = z.infer<typeof claimedPairsSchema>;

export const releasePairsSchema = z.object({
  personId: z.uuid(),
  /** as answered by the last claim: claims that another window has renewed since stay */
  claimedUntil: z.iso.datetime(),
});
export type ReleasePairsInput = z.infer<typeof releasePairsSchema>;

export const voteSchema = z.object({
  idempotencyKey: z.uuid(),
  pairId: z.uuid(),
  /** first and second as shown to this person; null withdraws the vote */
  outcome: z.enum(voteOutcomes).nullable(),
  reasons: z.array(z.enum(voteReasons)).max(voteReasons.length).default([]),
  note: z.string().trim().max(2000).default(""),
  recognised: z.boolean().default(false),
  activeMs: z.number().int().min(0).max(86_400_000),
  decidedAt: z.iso.datetime({ offset: true }),
});
export type VoteInput = z.infer<typeof voteSchema>;

export const submitVotesSchema = z.object({ personId: z.uuid(), votes: z.array(voteSchema).min(1).max(50) });
export type SubmitVotesInput = z.infer<typeof submitVotesSchema>;

export const voteResultSchema = z.object({
  idempotencyKey: z.uuid(),
  status: z.enum(["kept", "refused"]),
  /** of a refusal, or `comparison_closed` of what was kept without counting */
  code: z.string().optional(),
});
export type VoteResult = z.infer<typeof voteResultSchema>;

const intervalSchema = z.object({ lower: z.number(), upper: z.number() });
const figureSchema = z.object({ value: z.number(), interval: intervalSchema, n: z.number().int(), method: z.string() });

export const contestantSchema = z.object({
  answerSetId: z.uuid(),
  /** null: a model behind an endpoint */
  checkpointId: z.uuid().nullable(),
  name: z.string(),
  wins: z.number().int(),
  losses: z.number().int(),
  ties: z.number().int(),
  /** (wins + ties/2) / votes, by voters and prompts clustered; null without a vote */
  winRate: figureSchema.nullable(),
  /** log-strength of the Bradley–Terry–Davidson fit, summing to zero; null where no fit exists */
  strength: z.object({ value: z.number(), interval: intervalSchema }).nullable(),
  rank: intervalSchema.nullable(),
  mixed: z.object({ value: z.number(), interval: intervalSchema, n: z.number().int() }).nullable(),
  meanWords: z.number().nullable(),
});
export type Contestant = z.infer<typeof contestantSchema>;

export const leaderboardSchema = z.object({
  comparisonId: z.uuid(),
  votesCast: z.number().int(),
  voters: z.number().int(),
  bothBadAsTie: z.boolean(),
  contestants: z.array(contestantSchema),
  headToHead: z.array(
    z.object({
      first: z.uuid(),
      second: z.uuid(),
      firstWins: z.number().int(),
      secondWins: z.number().int(),
      ties: z.number().int(),
    }),
  ),
  /** share of decisive votes that went to the answer shown first, against a half */
  firstSlot: figureSchema.nullable(),
  bothBad: z.object({ value: z.number(), interval: intervalSchema, n: z.number().int() }).nullable(),
  cannotJudge: z.number().int(),
  tieNu: z.number().nullable(),
  /** why there is no fit: a code of lib/stats, and the models it is about */
  fitProblem: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** the fit rests on fewer votes than there are now; a newer one is being made */
  outdated: z.boolean(),
});
export type LeaderboardView = z.infer<typeof leaderboardSchema>;
