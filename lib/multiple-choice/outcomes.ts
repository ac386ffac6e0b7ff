import { z } from "zod";
import { outputOf } from "@/lib/compute/manifest";
import { addOutputEdge, registerRunOutcome } from "@/lib/compute/outcomes";
import { newId } from "@/lib/platform/ids";
import { scanParquet } from "@/lib/platform/storage/parquet";

const answerRow = z.object({
  id: z.string(),
  subject: z.string(),
  answer: z.string(),
  chosen: z.string(),
  correct: z.boolean(),
  logLikelihoods: z.unknown(),
});
type AnswerRow = z.infer<typeof answerRow>;

const targetOf = (edges: { kind: string; targetId: string }[], kind: string): string => {
  const edge = edges.find((each) => each.kind === kind);
  if (!edge) throw new Error(`the run has no input of kind ${kind}`);
  return edge.targetId;
};

/** A finished evaluation becomes one row with its answers, one a question. */
export function registerEvaluationOutcome(): void {
  registerRunOutcome<AnswerRow[]>("evaluate", {
    async prepare(_, manifest) {
      const answers: AnswerRow[] = [];
      for await (const rows of scanParquet(outputOf(manifest, "answers").address, answerRow)) answers.push(...rows);
      return answers;
    },
    async commit(transaction, run, _, answers) {
      const edges = await transaction.runEdge.findMany({ where: { runId: run.id, direction: "input" } });
      const id = newId();
      const parameters = run.spec.parameters as { template?: string };
      await transaction.evaluation.create({
        data: {
          id,
          studyId: run.studyId,
          questionSetId: targetOf(edges, "question-set"),
          checkpointId: targetOf(edges, "checkpoint"),
          madeByRunId: run.id,
          template: parameters.template ?? "",
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

/** The runner writes them as JSON text or as a Parquet list or map. */
function toJson(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : JSON.parse(JSON.stringify(value));
}
