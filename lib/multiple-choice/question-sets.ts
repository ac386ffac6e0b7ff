import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { unprocessable } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { digestOf, writeWhole } from "@/lib/platform/storage/files";
import type { StudyActor } from "@/lib/studies/actor";
import { readQuestions } from "./read-questions";
import { type Question, type QuestionSetSummary, questionSetSchema } from "./schema";

/** The stored counts by subject. */
export const subjectsOf = (subjects: unknown): QuestionSetSummary["subjects"] =>
  questionSetSchema.shape.subjects.parse(subjects);

export async function listQuestionSets(actor: StudyActor): Promise<QuestionSetSummary[]> {
  const rows = await database().questionSet.findMany({
    where: { studyId: actor.studyId },
    orderBy: { createdAt: "desc" },
    take: 200,
  });
  return rows.map(({ id, name, questions, examples, rejected, subjects, createdAt }) => ({
    id,
    name,
    questions,
    examples,
    rejected,
    subjects: subjectsOf(subjects),
    createdAt: createdAt.toISOString(),
  }));
}

/** Keeps the good questions in the store and tells of the others. Throws `questions_empty`, `questions_none` where there is no good one. */
export async function createQuestionSet(
  actor: StudyActor,
  input: { name: string; text: string },
): Promise<{ id: string; questions: number; examples: number; rejected: { line: number; reason: string }[] }> {
  const { questions, rejected } = readQuestions(input.text);
  if (questions.length === 0) {
    const [first] = rejected;
    if (!first) throw unprocessable("questions_empty");
    const [reason = "", field = ""] = first.reason.split(":");
    throw unprocessable("questions_none", { line: first.line, reason, field: field || "–" });
  }
  const id = newId();
  const address = `store:question-sets/${id}.jsonl`;
  await writeWhole(pathOf(address), `${questions.map((question) => JSON.stringify(question)).join("\n")}\n`);
  const digest = await digestOf(pathOf(address));
  const asked = (group: Question[]) => group.filter(({ split }) => split === "test").length;
  const subjects = [...groupBySubject(questions)]
    .map(([subject, group]) => ({ subject, questions: asked(group), examples: group.length - asked(group) }))
    .sort((a, b) => a.subject.localeCompare(b.subject));
  const counts = { questions: asked(questions), examples: questions.length - asked(questions) };
  await inTransaction(async (transaction) => {
    await transaction.questionSet.create({
      data: {
        id,
        studyId: actor.studyId,
        name: input.name,
        address,
        digest,
        ...counts,
        rejected: rejected.length,
        subjects,
        createdById: actor.personId,
      },
    });
    await recordAudit(transaction, actor, {
      action: "question-sets.create",
      subject: "question-set",
      subjectId: id,
      detail: { name: input.name, ...counts, rejected: rejected.length },
    });
  });
  return { id, ...counts, rejected: rejected.slice(0, 1000) };
}

function groupBySubject<T extends { subject: string }>(questions: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const question of questions) groups.set(question.subject, [...(groups.get(question.subject) ?? []), question]);
  return groups;
}
