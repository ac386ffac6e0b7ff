import { database } from "@/lib/platform/database/client";
import type { LineageEdge } from "./schema";

type Edge = { direction: string; kind: string; targetId: string; role: string };

/**
 * Gives lineage its names. The tables belong to later rooms; here only their names are read, by the kind that an edge
 * tells, so that a run can be shown without asking each room.
 */
export async function nameLineage(studyId: string, edges: readonly Edge[]): Promise<LineageEdge[]> {
  const ids = edges.map(({ targetId }) => targetId);
  const rows = await database().$queryRaw<{ kind: string; id: string; name: string }[]>`
    select * from (
      select 'corpus' as "kind", "id", "name" from "Corpus" where "studyId" = ${studyId}::uuid
      union all select 'label-set', "id", "name" from "LabelSet" where "studyId" = ${studyId}::uuid
      union all select 'classifier', "id", "name" from "Classifier" where "studyId" = ${studyId}::uuid
      union all select 'checkpoint', "id", "name" from "Checkpoint"
        where "studyId" = ${studyId}::uuid or "studyId" is null
      union all select 'question-set', "id", "name" from "QuestionSet" where "studyId" = ${studyId}::uuid
      union all select 'prompt-set', "id", "name" from "PromptSet" where "studyId" = ${studyId}::uuid
      union all select 'answer-set', answers."id", checkpoint."name" || ' · ' || prompts."name"
        from "AnswerSet" answers
        join "Checkpoint" checkpoint on checkpoint."id" = answers."checkpointId"
        join "PromptSet" prompts on prompts."id" = answers."promptSetId"
        where answers."studyId" = ${studyId}::uuid
    ) as named where "id" = any(${ids}::uuid[])`;
  const names = new Map(rows.map(({ kind, id, name }) => [`${kind}:${id}`, name]));
  return edges.map(({ direction, kind, targetId, role }) => ({
    direction: direction === "output" ? "output" : "input",
    kind,
    targetId,
    role,
    name: names.get(`${kind}:${targetId}`) ?? null,
  }));
}
