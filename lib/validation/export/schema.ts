import { z } from "zod";
import { locales } from "@/lib/platform/i18n/locale";
import { labellingChoiceSchema, llmOutcomes } from "../quality/schema";
import { decisionLabelSchema } from "../schema";

export const exportFormats = ["jsonl", "csv", "parquet", "label-studio", "doccano", "data-card"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportQuery = z.object({
  format: z.enum(exportFormats),
  /** of the data card's sentences; names of columns are the same in both */
  language: z.enum(locales).default("en"),
});
export type ExportQuery = z.infer<typeof exportQuery>;

/** How an item came by its gold label, or why it has none. */
export const goldOrigins = ["none", "single", "agreed", "unsure", "disputed", "adjudicated", "unsettleable"] as const;
export type GoldOrigin = (typeof goldOrigins)[number];

export const exportedDecisionSchema = z.object({
  id: z.uuid(),
  /** pseudonym, the same for one person throughout the round */
  person: z.string(),
  /** null: this version withdraws the one that it corrects */
  label: decisionLabelSchema.nullable(),
  flags: z.array(z.string()),
  note: z.string(),
  /** null where the study does not show how long people take */
  active_ms: z.number().int().nullable(),
  /** words of the document were highlighted while it was on the screen */
  highlighted: z.boolean(),
  /** by the clock of the person's browser */
  decided_at: z.iso.datetime(),
  /** by the studio's clock; later where it waited for a connection */
  arrived_at: z.iso.datetime(),
  /** id of the earlier version that this one replaces */
  corrects: z.string().nullable(),
  /** no later version replaces it */
  current: z.boolean(),
  /** arrived beyond the wanted number: kept, never counted */
  surplus: z.boolean(),
  /** current, with a label, and within the wanted number: what figures rest on */
  counted: z.boolean(),
  /** arrived only after the round was closed: neither current nor counted */
  late: z.boolean(),
});
export type ExportedDecision = z.infer<typeof exportedDecisionSchema>;

/** What adjudication decided on a contested document, all versions. */
export const exportedAdjudicationSchema = exportedDecisionSchema.omit({ flags: true, late: true });
export type ExportedAdjudication = z.infer<typeof exportedAdjudicationSchema>;

export const exportedLabelSchema = z.object({
  run: z.string(),
  run_created_at: z.string(),
  model: z.string(),
  prompt_language: z.string(),
  prompt_version: z.number().int(),
  outcome: z.enum(llmOutcomes),
  /** of "medical", where the endpoint gave log-probabilities */
  probability: z.number().nullable(),
});
export type ExportedLabel = z.infer<typeof exportedLabelSchema>;

/** What the figures need, holds for the round as a whole, and follows from none of its rows. */
export const exportedRoundSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(["open", "closed"]),
  /** the interval is F1's (95 %) when the rule was last looked at, from the first `documents` of the queue */
  stop_rule: z
    .object({
      run: z.uuid(),
      half_width: z.number(),
      documents: z.number().int(),
      lower: z.number().nullable(),
      upper: z.number().nullable(),
      /** null: the rule has not ended the round */
      stopped_at: z.iso.datetime().nullable(),
    })
    .nullable(),
  /** the newest run comes first, also those that are under way */
  runs: z.array(
    z.object({
      run: z.uuid(),
      run_created_at: z.iso.datetime(),
      model: z.string(),
      prompt_language: z.string(),
      prompt_version: z.number().int(),
      /** the small model that the studio brings along */
      local: z.boolean(),
      labelled: z.number().int(),
      total: z.number().int(),
      state: labellingChoiceSchema.shape.state,
      /** sources that the label quality shows by themselves, and how many others it pools */
      sources: z.object({ shown: z.array(z.string()), others: z.number().int() }),
      /** labels of documents that are not of the round but tell of its strata, where these were drawn from a draw */
      outside: z.array(z.object({ stratum: z.string(), outcome: z.enum(llmOutcomes), count: z.number().int().min(1) })),
    }),
  ),
});
export type ExportedRound = z.infer<typeof exportedRoundSchema>;

/** One line of the JSONL export; the other tables have the same columns, lists written as JSON. */
export const exportRowSchema = z.object({
  item_id: z.string(),
  document_id: z.string(),
  text: z.string(),
  text_sha256: z.string(),
  /** the text was erased after it had been drawn; hash and decisions stay */
  erased: z.boolean(),
  characters: z.number().int(),
  source: z.string().nullable(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  stratum: z.string(),
  stratum_population: z.number().int(),
  stratum_sample: z.number().int(),
  /** the labelling run by whose labels the strata were cut */
  stratum_run: z.string().nullable(),
  /** where the documents were drawn from those of an earlier draw: the stratum of that draw, its size and how many were drawn */
  phase_one_stratum: z.string().nullable(),
  phase_one_population: z.number().int().nullable(),
  phase_one_sample: z.number().int().nullable(),
  inclusion_probability: z.number().nullable(),
  draw_position: z.number().int(),
  queue_position: z.number().int(),
  wanted: z.number().int(),
  decided: z.number().int(),
  gold: z.enum(["medical", "non_medical"]).nullable(),
  gold_from: z.enum(goldOrigins),
  flagged: z.boolean(),
  /** the newest run comes first */
  llm: z.array(exportedLabelSchema),
  decisions: z.array(exportedDecisionSchema),
  adjudications: z.array(exportedAdjudicationSchema),
  /** what people decided on a document that came to them a second time; counts for their consistency alone */
  repeats: z.array(exportedDecisionSchema),
  /** on the row that is first in the queue, else null */
  round: exportedRoundSchema.nullable(),
});
export type ExportRow = z.infer<typeof exportRowSchema>;
export const exportColumns = Object.keys(exportRowSchema.shape) as (keyof ExportRow)[];
