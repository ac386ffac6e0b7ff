import { spendingOf } from "@/lib/labelling/spending";
import { database } from "@/lib/platform/database/client";
import type { EndpointGeneration } from "@/lib/platform/database/generated/client";
import { notFound } from "@/lib/platform/problem";
import { sampleMean, wilsonInterval } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import {
  type AnswerFilter,
  type AnswerRow,
  type AnswerSetSummary,
  endpointParametersSchema,
  englishSpanSchema,
} from "./schema";

type Counts = {
  answerSetId: string;
  answers: number;
  analysed: number;
  mixed: number;
  /** answers of which it is known whether they decline: analyses of old did not look */
  readForDeclining: number;
  declined: number;
  cut: number;
  words: number[];
  repetition: number | null;
};

const shareOf = (count: number, n: number) => ({ value: count / n, interval: wilsonInterval(count, n), n });

/** All answer sets with their failure modes, newest first. */
export async function listAnswerSets(actor: StudyActor): Promise<AnswerSetSummary[]> {
  const sets = await database().answerSet.findMany({
    where: { studyId: actor.studyId },
    include: {
      checkpoint: { select: { name: true } },
      promptSet: { select: { name: true } },
      endpointGeneration: { include: { endpoint: { select: { name: true } } } },
    },
    orderBy: { createdAt: "desc" },
    take: 200,
  });
  const counts = await database().$queryRaw<Counts[]>`
    select "answerSetId", count(*)::int as "answers", count("mixed")::int as "analysed",
      count(*) filter (where "mixed")::int as "mixed",
      count("declined")::int as "readForDeclining", count(*) filter (where "declined")::int as "declined", count(*) filter (where "finish" = 'length')::int as "cut",
      coalesce(array_agg("words") filter (where "words" is not null), '{}') as "words", avg("repetition") as "repetition"
    from "Answer" where "answerSetId" = any(${sets.map((set) => set.id)}::uuid[]) group by 1`;
  return sets.map((set) => {
    const count = counts.find((each) => each.answerSetId === set.id);
    const answers = count?.answers ?? 0;
    const analysed = count !== undefined && count.analysed > 0;
    return {
      id: set.id,
      checkpointId: set.checkpointId,
      checkpointName: set.checkpoint?.name ?? set.endpointGeneration?.model ?? "–",
      endpoint: endpointOf(set.endpointGeneration),
      promptSetId: set.promptSetId,
      promptSetName: set.promptSet.name,
      runId: set.madeByRunId,
      answers,
      analysed,
      mixed: analysed ? shareOf(count.mixed, count.analysed) : null,
      declined: count?.readForDeclining ? shareOf(count.declined, count.readForDeclining) : null,
      words: analysed ? meanOf(count.words) : null,
      cut: answers > 0 ? shareOf(count?.cut ?? 0, answers) : null,
      repetition: count?.repetition ?? null,
      createdAt: set.createdAt.toISOString(),
    };
  });
}

function endpointOf(
  generation: (EndpointGeneration & { endpoint: { name: string } }) | null,
): AnswerSetSummary["endpoint"] {
  if (!generation) return null;
  const { endpoint, host, model, seed } = generation;
  const parameters = endpointParametersSchema.parse(generation.parameters);
  return { name: endpoint.name, host, model, seed, parameters, spending: spendingOf(generation) };
}

function meanOf(values: number[]): AnswerSetSummary["words"] {
  const mean = sampleMean(values, { least: 0 });
  return mean && { value: mean.value, interval: mean.interval, n: mean.n };
}

const pageSize = 20;

/** The answers of one set in the order of the prompts, a page at a time. */
export async function listAnswers(
  actor: StudyActor,
  answerSetId: string,
  query: { only?: AnswerFilter; offset?: number },
): Promise<{ answers: AnswerRow[]; next: number | null }> {
  const set = await database().answerSet.findFirst({ where: { id: answerSetId, studyId: actor.studyId } });
  if (!set) throw notFound();
  const offset = query.offset ?? 0;
  const rows = await database().answer.findMany({
    where: { answerSetId, ...(query.only ? { [query.only]: true } : {}) },
    include: { prompt: true },
    orderBy: { prompt: { position: "asc" } },
    skip: offset,
    take: pageSize + 1,
  });
  return {
    answers: rows.slice(0, pageSize).map((row) => ({
      id: row.id,
      promptKey: row.prompt.key,
      category: row.prompt.category,
      prompt: row.prompt.text,
      text: row.text,
      tokens: row.tokens,
      finish: row.finish,
      words: row.words,
      mixed: row.mixed,
      englishShare: row.englishShare,
      englishSpans: englishSpanSchema.array().catch([]).parse(row.englishSpans),
      repetition: row.repetition,
      declined: row.declined,
    })),
    next: rows.length > pageSize ? offset + pageSize : null,
  };
}
