import { z } from "zod";

export const decisionLabels = ["medical", "non_medical", "unsure"] as const;
export const decisionLabelSchema = z.enum(decisionLabels);
export type DecisionLabel = (typeof decisionLabels)[number];

export const decisionFlags = ["personal_data", "not_german", "unreadable", "other"] as const;
export const decisionFlagSchema = z.enum(decisionFlags);
export type DecisionFlag = (typeof decisionFlags)[number];

export const roundStates = ["draft", "open", "closed"] as const;
export type RoundState = (typeof roundStates)[number];

export const roundParams = z.object({ studyId: z.uuid(), roundId: z.uuid() });

const name = z.string().trim().min(1).max(120);
const instructions = z.string().trim().min(1).max(20_000);
const memberIds = z
  .array(z.uuid())
  .max(200)
  .transform((ids) => [...new Set(ids)]);
const doubleShare = z.number().min(0).max(1);
const repeatShare = z.number().min(0).max(0.5);
/** `halfWidth` of F1's interval, as a share; the labelling run whose F1 it is */
const stopRule = z.object({ halfWidth: z.number().min(0.005).max(0.5), labellingRunId: z.uuid() });
/** What bounds the work; null: nothing does. */
const limits = {
  /** documents that one person decides on, at most */
  quota: z.number().int().min(1).max(1_000_000).nullable(),
  /** by when people are asked to be done; nothing ends by itself then */
  deadline: z.iso.date().nullable(),
  stopRule: stopRule.nullable(),
};

/** a closed round over the same draw, or over one that it extends: its decisions come along when the round opens */
const continuesRoundId = z.uuid().nullable().optional();

export const createRoundSchema = z.object({
  drawId: z.uuid(),
  name,
  instructionsDe: instructions,
  instructionsEn: instructions,
  memberIds: memberIds.default([]),
  /** share of items that two people decide */
  doubleShare: doubleShare.default(0.2),
  /** share of each person's items that come to them a second time, hidden, to show how consistent they are */
  repeatShare: repeatShare.optional(),
  quota: limits.quota.optional(),
  deadline: limits.deadline.optional(),
  stopRule: limits.stopRule.optional(),
  continuesRoundId,
  /** shuffles the queue and chooses what is decided twice; left out: chosen by the studio */
  seed: z.number().int().min(0).max(2_147_483_647).optional(),
});
export type CreateRoundInput = z.infer<typeof createRoundSchema>;

export const changeRoundSchema = z.object({
  name: name.optional(),
  instructionsDe: instructions.optional(),
  instructionsEn: instructions.optional(),
  memberIds: memberIds.optional(),
  doubleShare: doubleShare.optional(),
  repeatShare: repeatShare.optional(),
  quota: limits.quota.optional(),
  deadline: limits.deadline.optional(),
  stopRule: limits.stopRule.optional(),
  continuesRoundId,
});
export type ChangeRoundInput = z.infer<typeof changeRoundSchema>;

export const roundMemberSchema = z.object({
  personId: z.uuid(),
  name: z.string(),
  simulated: z.boolean(),
  /** decided elsewhere; known by a pseudonym only */
  external: z.boolean(),
  /** items with a decision of this person; null where the caller may not see it */
  decided: z.number().int().nullable(),
});

export const roundSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(roundStates),
  sampleId: z.uuid(),
  sampleName: z.string(),
  drawId: z.uuid(),
  /** brought in from elsewhere: nobody knows how likely each document was to be chosen */
  convenience: z.boolean(),
  doubleShare: z.number(),
  repeatShare: z.number(),
  /** published when the round closes, since it tells which documents are decided twice */
  seed: z.number().int().nullable(),
  /** documents, decisions that are wanted of them, and decisions that count */
  items: z.number().int(),
  wanted: z.number().int(),
  decided: z.number().int(),
  members: z.array(roundMemberSchema),
  quota: z.number().int().nullable(),
  deadline: z.iso.date().nullable(),
  /** by the stop rule no more documents are handed out */
  stoppedAt: z.iso.datetime().nullable(),
  /** the caller takes part and the round is open: estimates are kept from them */
  deciding: z.boolean(),
  /** active seconds of work per decision so far, over all people; null before the first */
  secondsPerDecision: z.number().nullable(),
  assignmentHash: z.string().nullable(),
  /** published when the round closes */
  salt: z.string().nullable(),
  createdAt: z.iso.datetime(),
  openedAt: z.iso.datetime().nullable(),
  closedAt: z.iso.datetime().nullable(),
});
export type RoundSummary = z.infer<typeof roundSchema>;

export const roundDetailSchema = roundSchema.extend({
  instructionsDe: z.string(),
  instructionsEn: z.string(),
  stopRule: stopRule
    .extend({
      /**
       * F1's anytime-valid interval when it was last looked at, and the first documents of the queue on which it rests: all of
       * them decided, settled and labelled. Null before that, and for those who decide
       */
      interval: z.object({ lower: z.number(), upper: z.number(), documents: z.number().int() }).nullable(),
    })
    .nullable(),
  /** the earlier round whose decisions come along, or came along when this one opened: so many */
  continues: z.object({ roundId: z.uuid(), name: z.string(), decisions: z.number().int() }).nullable(),
  /** contested documents that wait for adjudication, and those that it has settled; null for those who decide */
  contested: z.object({ open: z.number().int(), settled: z.number().int() }).nullable(),
  /** counted decisions made while words were highlighted; null for those who decide, and where decisions were imported */
  highlighted: z.number().int().nullable(),
  /** decisions, corrections and withdrawals that arrived only after the round was closed: kept, not counted */
  late: z.number().int(),
});
export type RoundDetail = z.infer<typeof roundDetailSchema>;

export const assignmentSchema = z.object({
  /** lines "position item wanted", in the order of the queue */
  assignment: z.string(),
  salt: z.string(),
  publishedHash: z.string(),
  computedHash: z.string(),
  matches: z.boolean(),
});

/** Everything that the browser learns of a document before its person decides. */
export const workItemSchema = z.object({ id: z.uuid(), text: z.string(), characters: z.number().int() });
export type WorkItem = z.infer<typeof workItemSchema>;

export const workProgressSchema = z.object({
  /** the caller's own count */
  decided: z.number().int(),
  /** what is at most still open for the caller */
  open: z.number().int(),
  /** the caller's own pace; null before the first decision */
  secondsPerDecision: z.number().nullable(),
});
export type WorkProgress = z.infer<typeof workProgressSchema>;

export const claimItemsSchema = z.object({
  /** who is thought to work; refused when someone else is signed in meanwhile */
  personId: z.uuid(),
  count: z.number().int().min(1).max(8),
  /** items that the browser still holds, undecided or not yet delivered: they are not sent again */
  holding: z.array(z.uuid()).max(200).default([]),
});
export type ClaimItemsInput = z.infer<typeof claimItemsSchema>;

export const claimedItemsSchema = z.object({
  items: z.array(workItemSchema),
  progress: workProgressSchema,
  /** the claims lapse then; hand it back when leaving */
  claimedUntil: z.iso.datetime(),
});
export type ClaimedItems = z.infer<typeof claimedItemsSchema>;

export const releaseClaimsSchema = z.object({
  personId: z.uuid(),
  /** as answered by the last claim: claims that another window has renewed since stay */
  claimedUntil: z.iso.datetime(),
});

export const skipItemSchema = z.object({ personId: z.uuid(), itemId: z.uuid() });

export const decisionSchema = z.object({
  /** made by the browser once per decision; a repeat is answered with the first result */
  idempotencyKey: z.uuid(),
  itemId: z.uuid(),
  /** null withdraws the person's decision; another label corrects it */
  label: decisionLabelSchema.nullable(),
  flags: z.array(decisionFlagSchema).max(decisionFlags.length).default([]),
  note: z.string().trim().max(2000).default(""),
  activeMs: z.number().int().min(0).max(86_400_000),
  /** words of the document were highlighted at some time while it was on the screen */
  highlighted: z.boolean().default(false),
  decidedAt: z.iso.datetime({ offset: true }),
});
export type DecisionInput = z.infer<typeof decisionSchema>;

export const submitDecisionsSchema = z.object({
  personId: z.uuid(),
  decisions: z.array(decisionSchema).min(1).max(50),
});
export type SubmitDecisionsInput = z.infer<typeof submitDecisionsSchema>;

export const decisionResultSchema = z.object({
  idempotencyKey: z.uuid(),
  status: z.enum(["kept", "refused"]),
  /** of a refusal, or `round_closed` of what was kept without counting; a code of errors.json */
  code: z.string().optional(),
});
export type DecisionResult = z.infer<typeof decisionResultSchema>;

export const itemFilters = ["all", "disputed", "unsettled", "flagged", "llm_differs"] as const;

export const decidedItemsQuery = z.object({
  filter: z.enum(itemFilters).default("all"),
  labelling: z.uuid().optional(),
  /** position in the queue after which the page starts */
  after: z.coerce.number().int().min(-1).default(-1),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});
export type DecidedItemsQuery = z.infer<typeof decidedItemsQuery>;

export const decidedItemSchema = z.object({
  /** what adjudication decided; "unsure": it cannot be settled */
  settled: decisionLabelSchema.nullable(),
  id: z.uuid(),
  position: z.number().int(),
  documentId: z.string(),
  text: z.string(),
  /** null: kept from the caller, as the LLM's label is */
  stratum: z.string().nullable(),
  wanted: z.number().int(),
  gold: z.enum(["medical", "non_medical", "unsettled"]),
  disputed: z.boolean(),
  flagged: z.boolean(),
  llm: z.enum(["medical", "non_medical", "unusable"]).nullable(),
  decisions: z.array(z.object({ label: decisionLabelSchema, flags: z.array(z.string()), note: z.string() })),
});
export type DecidedItem = z.infer<typeof decidedItemSchema>;

export const decidedItemsSchema = z.object({
  items: z.array(decidedItemSchema),
  /** `after` of the next page; null: this was the last */
  next: z.number().int().nullable(),
  /** with the first page: documents on which the caller decides in another, open round are left out */
  kept: z.boolean(),
});

/** What a new round can be made of. */
export type RoundOptions = {
  draws: {
    id: string;
    name: string;
    size: number;
    /** it extends another draw */
    extension: boolean;
    /** brought in from elsewhere: nobody knows how likely each document was to be chosen */
    convenience: boolean;
    labellings: { id: string; name: string }[];
    /** closed rounds whose decisions can come along */
    continuable: { id: string; name: string; documents: number; decided: number }[];
  }[];
  people: {
    personId: string;
    role: "clinician" | "adjudicator" | "researcher" | "owner";
    name: string;
    simulated: boolean;
  }[];
  instructions: { de: string; en: string };
  /** seconds of work per decision; `measured` in the study, else assumed */
  pace: { secondsPerDecision: number; measured: boolean };
};
