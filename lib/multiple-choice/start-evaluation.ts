import { startOptionsOf } from "@/lib/compute/rules";
import { startRun } from "@/lib/compute/start-run";
import { visibleTo } from "@/lib/models/checkpoints";
import { inTransaction } from "@/lib/platform/database/client";
import type { QuestionSet } from "@/lib/platform/database/generated/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { subjectsOf } from "./question-sets";
import type { StartEvaluation } from "./schema";

/**
 * Throws `question_set_asks_nothing` where all of the set are examples, `examples_missing` and `examples_too_few` where
 * there are none, or too few, to stand before the questions.
 */
export function startEvaluation(actor: StudyActor, input: StartEvaluation): Promise<{ id: string }> {
  const { studyId } = actor;
  const { examples } = input.parameters;
  return inTransaction(async (transaction) => {
    const exampleSetId = input.exampleSetId ?? input.questionSetId;
    const [checkpoint, questions, exampleSet] = await Promise.all([
      transaction.checkpoint.findFirst({
        where: { ...visibleTo(studyId), id: input.checkpointId, kind: { not: "encoder" } },
      }),
      transaction.questionSet.findFirst({ where: { id: input.questionSetId, studyId } }),
      transaction.questionSet.findFirst({ where: { id: exampleSetId, studyId } }),
    ]);
    if (!checkpoint || !questions || !exampleSet) throw notFound();
    if (questions.questions === 0) throw unprocessable("question_set_asks_nothing", { set: questions.name });
    if (examples) refuseTooFew(questions, exampleSet, examples);
    return startRun(transaction, actor, {
      kind: "evaluate",
      name: `${checkpoint.name} · ${questions.name}`,
      seed: input.seed,
      ...startOptionsOf(input),
      inputs: {
        model: { address: checkpoint.address, digest: checkpoint.digest },
        questions: { address: questions.address, digest: questions.digest },
        ...(examples ? { examples: { address: exampleSet.address, digest: exampleSet.digest } } : {}),
      },
      parameters: input.parameters,
      edges: [
        { kind: "checkpoint", targetId: checkpoint.id, role: "model" },
        { kind: "question-set", targetId: questions.id, role: "questions" },
        ...(examples ? [{ kind: "question-set", targetId: exampleSet.id, role: "examples" }] : []),
      ],
    });
  });
}

/** What the counts tell already; that none of them is asked, the runner sees to. */
function refuseTooFew(
  questions: QuestionSet,
  from: QuestionSet,
  wanted: { count: number; subject: "any" | "same" },
): void {
  const itself = from.id === questions.id;
  // Of another set all may stand before the questions.
  const usable = (of: { questions: number; examples: number }) => of.examples + (itself ? 0 : of.questions);
  if (usable(from) === 0) throw unprocessable("examples_missing", { set: from.name });
  const scope = wanted.subject;
  const refuseBelow = (there: number, subject: string) => {
    const told = { wanted: wanted.count, there, set: from.name, scope, subject };
    if (there < wanted.count) throw unprocessable("examples_too_few", told);
  };
  if (scope === "any") refuseBelow(usable(from), "–");
  const there = new Map(subjectsOf(from.subjects).map((each) => [each.subject, usable(each)]));
  for (const { subject, questions: asked } of scope === "same" ? subjectsOf(questions.subjects) : []) {
    if (asked > 0) refuseBelow(there.get(subject) ?? 0, subject);
  }
}
