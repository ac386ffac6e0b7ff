import { z } from "zod";
import { assumptionsSchema } from "@/lib/corpus/schema";

const halfWidth = z.number();
/** Work that is left: decisions, hidden repeats among them, and hours of all people together. */
const work = { decisions: z.number().int(), personHours: z.number() };

/** What an open round is expected to bring; half-widths are (upper − lower) / 2 of 95 % intervals, as shares. */
export const roundPlanSchema = z.object({
  /** documents of the round, and those with an LLM label on which people have settled */
  documents: z.number().int(),
  settled: z.number().int(),
  /** count in each stratum as if 4 documents were judged so */
  assumptions: assumptionsSchema.omit({ prevalence: true }),
  /** when all wanted decisions are there and everything is settled; null without a labelling run, and where the sample is a convenience sample */
  precision: z
    .object({
      method: z.enum(["simulated", "linearised"]),
      halfWidths: z.object({ f1: halfWidth, precision: halfWidth, recall: halfWidth }),
    })
    .nullable(),
  rest: z.object(work),
  secondsPerDecision: z.number(),
  /** `round`, `study`: measured there */
  pace: z.enum(["round", "study", "assumed"]),
  /** null: there is no rule, or it has ended the round; or nothing can be said of it */
  stopRule: z
    .object({
      halfWidth,
      /** of the anytime-valid interval of F1 after all documents */
      atEnd: halfWidth,
      /** first documents of the queue after which the rule is expected to end the round, and the work until then; null: not with these documents */
      reached: z.object({ documents: z.number().int(), ...work }).nullable(),
    })
    .nullable(),
});
export type RoundPlan = z.infer<typeof roundPlanSchema>;
