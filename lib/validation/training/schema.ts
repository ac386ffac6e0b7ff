import { z } from "zod";
import { decisionLabelSchema, roundStates, workItemSchema } from "../schema";

export const mostTrainingItems = 30;
export const longestTrainingText = 20_000;
export const longestExplanation = 2000;

/** What can be right; that somebody is unsure is an answer, but never the right one. */
export const trainingLabels = ["medical", "non_medical"] as const;
const trainingLabelSchema = z.enum(trainingLabels);
export type TrainingLabel = (typeof trainingLabels)[number];

const lesson = {
  label: trainingLabelSchema,
  /** shown with the right label once the person has answered; plain text */
  explanation: z.string().trim().max(longestExplanation).default(""),
};

/** One that is there already (`id`), a document of the study (`itemId`), or a text of one's own. */
const trainingEntrySchema = z.union([
  z.strictObject({ id: z.uuid(), ...lesson }),
  z.strictObject({ itemId: z.uuid(), ...lesson }),
  z.strictObject({ text: z.string().trim().min(1).max(longestTrainingText), ...lesson }),
]);
export type TrainingEntry = z.infer<typeof trainingEntrySchema>;

export const changeTrainingSchema = z.object({
  /** of the list that was changed; refused where somebody else has changed it meanwhile */
  version: z.number().int().min(0),
  /** in their order; what is left out goes */
  items: z.array(trainingEntrySchema).max(mostTrainingItems),
});
export type ChangeTrainingInput = z.infer<typeof changeTrainingSchema>;

export const trainingItemSchema = z.object({
  id: z.uuid(),
  text: z.string(),
  /** the document of the study; null: a text written for the training */
  itemId: z.uuid().nullable(),
  label: trainingLabelSchema,
  explanation: z.string(),
  /** people who have answered it, and those whose answer was the right label */
  answered: z.number().int(),
  right: z.number().int(),
});

export const trainingSchema = z.object({
  version: z.number().int(),
  state: z.enum(roundStates),
  items: z.array(trainingItemSchema),
  /** those who have begun, out of how many documents, and how many they got right on their only try; null: not an owner */
  people: z
    .array(
      z.object({
        personId: z.uuid(),
        name: z.string(),
        total: z.number().int(),
        answered: z.number().int(),
        right: z.number().int(),
      }),
    )
    .nullable(),
  /** closed rounds of the study from whose gold documents can be chosen */
  rounds: z.array(z.object({ id: z.uuid(), name: z.string() })),
});
export type Training = z.infer<typeof trainingSchema>;

export const candidatesQuery = z.object({
  /** gold of this closed round; left out: documents of the round's sample that are not in the round */
  from: z.uuid().optional(),
  label: trainingLabelSchema.optional(),
  /** words that stand in the text */
  search: z.string().trim().max(200).default(""),
  /** the last document of the page before */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type CandidatesQuery = z.infer<typeof candidatesQuery>;

export const candidatesSchema = z.object({
  items: z.array(
    z.object({
      itemId: z.uuid(),
      /** its beginning */
      text: z.string(),
      characters: z.number().int(),
      /** null: nobody has settled it */
      gold: trainingLabelSchema.nullable(),
    }),
  ),
  /** `after` of the next page; null: this was the last */
  next: z.uuid().nullable(),
});
export type Candidates = z.infer<typeof candidatesSchema>;

/** What a person has before them: no label, no explanation. */
export const ownTrainingSchema = z.object({
  total: z.number().int(),
  answered: z.number().int(),
  right: z.number().int(),
  /** null: nothing is left */
  item: workItemSchema.nullable(),
});
export type OwnTraining = z.infer<typeof ownTrainingSchema>;

export const answerTrainingSchema = z.object({
  /** who is thought to work; refused when someone else is signed in meanwhile */
  personId: z.uuid(),
  itemId: z.uuid(),
  label: decisionLabelSchema,
});
export type AnswerTrainingInput = z.infer<typeof answerTrainingSchema>;

export const trainingFeedbackSchema = z.object({
  /** the person's first answer, which is the one that is kept */
  label: decisionLabelSchema,
  right: trainingLabelSchema,
  explanation: z.string(),
  /** what comes after it */
  next: ownTrainingSchema,
});
export type TrainingFeedback = z.infer<typeof trainingFeedbackSchema>;
