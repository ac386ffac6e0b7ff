import { database } from "@/lib/platform/database/client";
import type { LineageEdge } from "./schema";

type Edge = { direction: string; kind: string; targetId: string; role: string };

/**
 * Gives lineage its names and pages. The tables belong to later rooms; here only their names are read, by the kind that
 * an edge tells, so that a run can be shown without asking each room.
 */
export async function nameLineage(studyId: string, edges: readonly Edge[]): Promise<LineageEdge[]> {
  const ids = edges.map(({ targetId }) => targetId);
  const rows = await database().$queryRaw<{ kind: string; id: string; name: string; page: string | null }[]>`
    select * from (
      select 'corpus' as "kind", "id", "name", '/corpora/' || "id" as "page" from "Corpus" where "studyId" = ${studyId}::uuid
      union all select 'label-set', "id", "name", case
          when "source" = 'llm' then '/labelling/' || "labellingRunId"
          else '/rounds/' || "roundId" || '/quality' end from "LabelSet" where "studyId" = ${studyId}::uuid
      union all select 'classifier', "id", "name", '/classifiers/' || "id" from "Classifier" where "studyId" = ${studyId}::uuid
      union all select 'checkpoint', "id", "name", case
          when "kind" = 'merged' then '/merges/' || "id"
          else '/runs/' || "madeByRunId" end from "Checkpoint"
        where "studyId" = ${studyId}::uuid or "studyId" is null
      union all select 'question-set', "id", "name", '/evaluations' from "QuestionSet" where "studyId" = ${studyId}::uuid
      union all select 'prompt-set', "id", "name", '/answers' from "PromptSet" where "studyId" = ${studyId}::uuid
      union all select 'answer-set', answers."id", coalesce(checkpoint."name", generation."model") || ' · ' || prompts."name",
          coalesce('/runs/' || answers."madeByRunId", '/answers')
        from "AnswerSet" answers
        left join "Checkpoint" checkpoint on checkpoint."id" = answers."checkpointId"
        left join "EndpointGeneration" generation on generation."id" = answers."endpointGenerationId"
        join "PromptSet" prompts on prompts."id" = answers."promptSetId"
        where answers."studyId" = ${studyId}::uuid
    ) as named where "id" = any(${ids}::uuid[])`;
  const named = new Map(rows.map((row) => [`${row.kind}:${row.id}`, row]));
  return edges.map(({ direction, kind, targetId, role }) => ({
    direction: direction === "output" ? "output" : "input",
    kind,
    targetId,
    role,
    name: named.get(`${kind}:${targetId}`)?.name ?? null,
    page: named.get(`${kind}:${targetId}`)?.page ?? null,
  }));
}
