import { z } from "zod";

/** RFC 9457 problem details, as every handler answers them. `title` is in the person's language. */
export const problemDetailsSchema = z.object({
  type: z.literal("about:blank"),
  status: z.number().int(),
  code: z.string(),
  title: z.string(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })),
  /** of an unexpected fault; the same id stands in the log */
  id: z.string().optional(),
});

export type ProblemDetails = z.infer<typeof problemDetailsSchema>;
