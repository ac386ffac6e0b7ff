import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { database } from "@/lib/platform/database/client";
import type { Evaluation } from "@/lib/platform/database/generated/client";
import { notFound } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { pairedDifference, wilsonInterval } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { type AnsweredQuestion, type EvaluationSummary, questionSchema, usedExamplesSchema } from "./schema";

const accuracyOf = (correct: number, n: number) => ({ value: correct / n, interval: wilsonInterval(correct, n), n });

type SubjectRow = { evaluationId: string; subject: string; questions: number; correct: number };
type PairRow = {
  evaluationId: string;
  baseName: string;
  both: number;
  onlyThis: number;
  onlyBase: number;
  neither: number;
};

/**
 * All evaluations of a study, newest of each (checkpoint, question set, template and its version, examples). The difference
 * to the base, the nearest that the checkpoint comes from, is paired by question and counted in the database, so that it
 * costs the same for ten questions and ten thousand.
 */
export async function listEvaluations(actor: StudyActor): Promise<EvaluationSummary[]> {
  const rows = await database().evaluation.findMany({
    where: { studyId: actor.studyId },
    include: { checkpoint: true, questionSet: true },
    orderBy: { createdAt: "desc" },
    distinct: ["checkpointId", "questionSetId", "template", "templateVersion", "examplesDigest"],
    take: 300,
  });
  const ids = rows.map((row) => row.id);
  const subjects = await database().$queryRaw<SubjectRow[]>`
    select "evaluationId", "subject", count(*)::int as "questions", count(*) filter (where "correct")::int as "correct"
    from "EvaluationAnswer" where "evaluationId" = any(${ids}::uuid[]) group by 1, 2 order by 2`;
  const bases = await basesOf(rows.map((row) => row.checkpointId));
  const pairs = await Promise.all(
    rows.map((row) => {
      // A base has none. Another family's would say nothing about what was done to this model.
      const evaluated = (bases.get(row.checkpointId) ?? []).flatMap(
        (baseId) => rows.find((other) => other.checkpointId === baseId && comparable(other, row)) ?? [],
      );
      const [base] = evaluated;
      return base ? pairCounts(row.id, base.id, base.checkpoint.name) : null;
    }),
  );
  const sets = await database().questionSet.findMany({
    where: { studyId: actor.studyId },
    select: { id: true, name: true },
  });
  const nameOf = (id: string) => sets.find((set) => set.id === id)?.name ?? "–";
  return rows.map((row, index) => ({
    id: row.id,
    checkpointId: row.checkpointId,
    checkpointName: row.checkpoint.name,
    checkpointKind: row.checkpoint.kind,
    questionSetId: row.questionSetId,
    questionSetName: row.questionSet.name,
    template: row.template,
    templateVersion: row.templateVersion,
    examples: namedExamples(row.examples, nameOf),
    runId: row.madeByRunId,
    accuracy: accuracyOf(row.correct, row.questions),
    correct: row.correct,
    subjects: subjects
      .filter((subject) => subject.evaluationId === row.id)
      .map(({ subject, correct, questions }) => ({ subject, correct, accuracy: accuracyOf(correct, questions) })),
    differenceToBase: differenceOf(pairs[index] ?? null),
    createdAt: row.createdAt.toISOString(),
  }));
}

/** The base checkpoints that each comes from, the nearest first; of a merge's two as near, the one at t = 0. */
async function basesOf(checkpointIds: string[]): Promise<Map<string, string[]>> {
  const rows = await database().$queryRaw<{ id: string; baseId: string }[]>`
    with recursive line as (
      select start."id", start."id" as "ancestorId", 0 as "distance", '' as "role"
      from unnest(${checkpointIds}::uuid[]) as start("id")
      union
      select line."id", parent."parentId", line."distance" + 1, parent."role"
      from line join "CheckpointParent" parent on parent."childId" = line."ancestorId" and line."distance" < 100
    )
    select line."id", line."ancestorId" as "baseId"
    from line join "Checkpoint" base on base."id" = line."ancestorId" and base."kind" = 'base'
    where line."distance" > 0 order by line."distance", line."role"`;
  const bases = new Map<string, string[]>();
  for (const { id, baseId } of rows) bases.set(id, [...(bases.get(id) ?? []), baseId]);
  return bases;
}

type Put = Pick<Evaluation, "questionSetId" | "template" | "templateVersion" | "examplesDigest">;

/** The same questions, put in the same way. */
const comparable = (a: Put, b: Put) =>
  a.questionSetId === b.questionSetId &&
  a.template === b.template &&
  a.templateVersion === b.templateVersion &&
  a.examplesDigest === b.examplesDigest;

function namedExamples(stored: unknown, nameOf: (id: string) => string): EvaluationSummary["examples"] {
  if (stored === null) return null;
  const examples = usedExamplesSchema.parse(stored);
  return { ...examples, questionSetName: nameOf(examples.questionSetId) };
}

async function pairCounts(evaluationId: string, baseId: string, baseName: string): Promise<PairRow> {
  const [counts] = await database().$queryRaw<Omit<PairRow, "evaluationId" | "baseName">[]>`
    select count(*) filter (where a."correct" and b."correct")::int as "both",
           count(*) filter (where a."correct" and not b."correct")::int as "onlyThis",
           count(*) filter (where not a."correct" and b."correct")::int as "onlyBase",
           count(*) filter (where not a."correct" and not b."correct")::int as "neither"
    from "EvaluationAnswer" a join "EvaluationAnswer" b on b."questionId" = a."questionId"
    where a."evaluationId" = ${evaluationId}::uuid and b."evaluationId" = ${baseId}::uuid`;
  return { evaluationId, baseName, both: 0, onlyThis: 0, onlyBase: 0, neither: 0, ...counts };
}

function differenceOf(pair: PairRow | null): EvaluationSummary["differenceToBase"] {
  if (!pair || pair.both + pair.onlyThis + pair.onlyBase + pair.neither < 2) return null;
  const repeat = (count: number, a: number, b: number) => Array.from({ length: count }, () => ({ a, b }));
  const { value, interval, n } = pairedDifference([
    ...repeat(pair.both, 1, 1),
    ...repeat(pair.onlyThis, 1, 0),
    ...repeat(pair.onlyBase, 0, 1),
    ...repeat(pair.neither, 0, 0),
  ]);
  return { baseName: pair.baseName, value, interval, n };
}

const pageSize = 50;

/** The questions with what was chosen, in the order of the file. */
export async function listAnsweredQuestions(
  actor: StudyActor,
  evaluationId: string,
  query: { wrong?: boolean; offset?: number },
): Promise<{ questions: AnsweredQuestion[]; next: number | null }> {
  const evaluation = await database().evaluation.findFirst({
    where: { id: evaluationId, studyId: actor.studyId },
    include: { questionSet: true },
  });
  if (!evaluation) throw notFound();
  const answers = await database().evaluationAnswer.findMany({ where: { evaluationId } });
  const byId = new Map(answers.map((answer) => [answer.questionId, answer]));
  const offset = query.offset ?? 0;
  const questions: AnsweredQuestion[] = [];
  let seen = 0;
  const lines = createInterface({ input: createReadStream(pathOf(evaluation.questionSet.address)) });
  for await (const line of lines) {
    const question = questionSchema.parse(JSON.parse(line));
    const answer = byId.get(question.id);
    if (!answer || (query.wrong && answer.correct)) continue;
    seen += 1;
    if (seen <= offset) continue;
    if (questions.length === pageSize) {
      lines.close();
      return { questions, next: offset + pageSize };
    }
    const { subject, question: text, choices } = question;
    const { chosen, correct } = answer;
    questions.push({
      questionId: question.id,
      subject,
      question: text,
      choices,
      answer: question.answer,
      chosen,
      correct,
    });
  }
  return { questions, next: null };
}
