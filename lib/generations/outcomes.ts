import { z } from "zod";
import { outputOf } from "@/lib/compute/manifest";
import { addOutputEdge, registerRunOutcome } from "@/lib/compute/outcomes";
import type { Database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { scanParquet } from "@/lib/platform/storage/parquet";
import { englishSpanSchema } from "./schema";
import { startAnalysis } from "./start-analysis";

const generatedRow = z.object({ id: z.string(), answer: z.string(), tokens: z.number().int(), finish: z.string() });
type GeneratedRow = z.infer<typeof generatedRow>;

const analysedRow = z.object({
  id: z.string(),
  characters: z.number().int(),
  words: z.number().int(),
  germanShare: z.number().nullable(),
  englishShare: z.number().nullable(),
  mixed: z.boolean(),
  englishSpans: z.string().transform((text) => z.array(englishSpanSchema).parse(JSON.parse(text))),
  repetition: z.number().nullable(),
  declined: z.boolean(),
});
type AnalysedRow = z.infer<typeof analysedRow>;

async function collect<T>(chunks: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

async function inputOf(transaction: Database, runId: string, kind: string): Promise<string> {
  const edge = await transaction.runEdge.findFirst({ where: { runId, direction: "input", kind } });
  if (!edge) throw new Error(`the run has no input of kind ${kind}`);
  return edge.targetId;
}

/** Answers become rows, and their analysis is asked for in the same transaction. */
export function registerGenerationOutcomes(): void {
  registerRunOutcome<GeneratedRow[]>("generate", {
    prepare: (_, manifest) => collect(scanParquet(outputOf(manifest, "answers").address, generatedRow)),
    async commit(transaction, run, manifest, rows) {
      const output = outputOf(manifest, "answers");
      const promptSetId = await inputOf(transaction, run.id, "prompt-set");
      const checkpointId = await inputOf(transaction, run.id, "checkpoint");
      const prompts = await transaction.prompt.findMany({ where: { promptSetId }, select: { id: true, key: true } });
      const promptIds = new Map(prompts.map(({ id, key }) => [key, id]));
      const id = newId();
      await transaction.answerSet.create({
        data: {
          id,
          studyId: run.studyId,
          promptSetId,
          checkpointId,
          madeByRunId: run.id,
          address: output.address,
          digest: output.digest,
        },
      });
      await transaction.answer.createMany({
        data: rows.flatMap((row) => {
          const promptId = promptIds.get(row.id);
          const text = row.answer.replaceAll("\u0000", "");
          return promptId ? [{ answerSetId: id, promptId, text, tokens: row.tokens, finish: row.finish }] : [];
        }),
      });
      await addOutputEdge(transaction, run.id, { kind: "answer-set", targetId: id, role: "answers" });
      await startAnalysis(transaction, run, id, output);
    },
  });
  registerRunOutcome<AnalysedRow[]>("analyse-answers", {
    prepare: (_, manifest) => collect(scanParquet(outputOf(manifest, "analysis").address, analysedRow)),
    async commit(transaction, run, _, rows) {
      const answerSetId = await inputOf(transaction, run.id, "answer-set");
      // One statement for the whole set, however long it is.
      await transaction.$executeRaw`
        update "Answer" answer set "characters" = row."characters", "words" = row."words", "mixed" = row."mixed",
          "germanShare" = row."germanShare", "englishShare" = row."englishShare",
          "englishSpans" = row."englishSpans", "repetition" = row."repetition", "declined" = row."declined"
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row("id" text, "characters" int, "words" int,
          "mixed" boolean, "germanShare" float8, "englishShare" float8, "englishSpans" jsonb, "repetition" float8,
          "declined" boolean)
        join "Prompt" prompt on prompt."key" = row."id"
        where answer."answerSetId" = ${answerSetId}::uuid and answer."promptId" = prompt."id"`;
      await transaction.answerSet.update({ where: { id: answerSetId }, data: { analysedByRunId: run.id } });
    },
  });
}
