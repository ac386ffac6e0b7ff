import { readFile } from "node:fs/promises";
import { z } from "zod";
import { outputOf } from "@/lib/compute/manifest";
import { addOutputEdge, type FinishedRun, registerRunOutcome } from "@/lib/compute/outcomes";
import { evaluateSpec } from "@/lib/compute/specs/evaluate";
import { newId } from "@/lib/platform/ids";
import { pathOf } from "@/lib/platform/storage/addresses";
import { scanParquet } from "@/lib/platform/storage/parquet";
import type { UsedExamples } from "./schema";

const answerRow = z.object({
  id: z.string(),
  subject: z.string(),
  answer: z.string(),
  chosen: z.string(),
  correct: z.boolean(),
  logLikelihoods: z.unknown(),
});
type AnswerRow = z.infer<typeof answerRow>;

const exampleRow = z.object({ before: z.string().nullable(), id: z.string() });
type ExampleRow = z.infer<typeof exampleRow>;

type Edge = { kind: string; role: string; targetId: string };
const targetOf = (edges: Edge[], kind: string, role: string): string => {
  const edge = edges.find((each) => each.kind === kind && each.role === role);
  if (!edge) throw new Error(`the run has no input ${role} of kind ${kind}`);
  return edge.targetId;
};

/** What the run's summary tells; runs of old had no examples. */
const summarySchema = z.object({
  templateVersion: z.number().int().default(1),
  examplesDigest: z.string().nullable().default(null),
});

/** A finished evaluation becomes one row with its answers, one a question. */
export function registerEvaluationOutcome(): void {
  registerRunOutcome<{ answers: AnswerRow[]; examples: ExampleRow[] }>("evaluate", {
    async prepare(_, manifest) {
      const answers: AnswerRow[] = [];
      for await (const rows of scanParquet(outputOf(manifest, "answers").address, answerRow)) answers.push(...rows);
      const output = manifest.outputs.find(({ name }) => name === "examples");
      const lines = output ? (await readFile(pathOf(output.address), "utf8")).split("\n").filter(Boolean) : [];
      return { answers, examples: lines.map((line) => exampleRow.parse(JSON.parse(line))) };
    },
    async commit(transaction, run, manifest, { answers, examples }) {
      const edges = await transaction.runEdge.findMany({ where: { runId: run.id, direction: "input" } });
      const id = newId();
      const parameters = run.spec.parameters as { template?: string };
      const { templateVersion, examplesDigest } = summarySchema.parse(manifest.summary);
      await transaction.evaluation.create({
        data: {
          id,
          studyId: run.studyId,
          questionSetId: targetOf(edges, "question-set", "questions"),
          checkpointId: targetOf(edges, "checkpoint", "model"),
          madeByRunId: run.id,
          template: parameters.template ?? "",
          templateVersion,
          examplesDigest,
          examples: usedExamples(run, edges, examples),
          questions: answers.length,
          correct: answers.filter((answer) => answer.correct).length,
        },
      });
      for (let start = 0; start < answers.length; start += 1000) {
        await transaction.evaluationAnswer.createMany({
          data: answers
            .slice(start, start + 1000)
            .map(({ id: questionId, subject, answer, chosen, correct, logLikelihoods }) => ({
              evaluationId: id,
              questionId,
              subject,
              answer,
              chosen,
              correct,
              logLikelihoods: z.json().parse(toJson(logLikelihoods)) as object,
            })),
        });
      }
      await addOutputEdge(transaction, run.id, { kind: "evaluation", targetId: id, role: "answers" });
    },
  });
}

function usedExamples(run: FinishedRun, edges: Edge[], rows: ExampleRow[]): UsedExamples | undefined {
  const wanted = evaluateSpec.shape.parameters.shape.examples.parse(run.spec.parameters.examples ?? null);
  if (!wanted) return undefined;
  const used = new Map<string | null, string[]>();
  for (const { before, id } of rows) used.set(before, [...(used.get(before) ?? []), id]);
  return {
    ...wanted,
    seed: wanted.choice === "drawn" ? run.seed : null,
    questionSetId: targetOf(edges, "question-set", "examples"),
    used: [...used].map(([subject, ids]) => ({ subject, ids })),
  };
}

/** The runner writes them as JSON text or as a Parquet list or map. */
function toJson(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : JSON.parse(JSON.stringify(value));
}
