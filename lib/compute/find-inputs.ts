import type { Database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { RunInput } from "./specs/index";

type Known = { kind: string; targetId: string | null; address: string; digest: string | null };
type Found = {
  inputs: Record<string, RunInput>;
  edges: { kind: string; targetId: string; role: string }[];
};

/**
 * For runs that are started with addresses: only what belongs to the study, or is a base checkpoint of the instance, may
 * be used. Gives it its digest where none is told, and its lineage. Throws `input_unknown` with the fields.
 */
export async function findInputs(
  transaction: Database,
  actor: StudyActor,
  wanted: Record<string, RunInput>,
): Promise<Found> {
  const addresses = Object.values(wanted).map(({ address }) => address);
  const { studyId } = actor;
  const rows = await transaction.$queryRaw<Known[]>`
    select * from (
      select 'corpus' as "kind", "id" as "targetId", "address", "digest" from "Corpus" where "studyId" = ${studyId}::uuid
      union all select 'label-set', "id", "address", "digest" from "LabelSet" where "studyId" = ${studyId}::uuid
      union all select 'classifier', "id", "onnxAddress", "onnxDigest" from "Classifier"
        where "studyId" = ${studyId}::uuid
      union all select 'checkpoint', "id", "address", "digest" from "Checkpoint"
        where ("studyId" = ${studyId}::uuid or "studyId" is null) and "archivedAt" is null
      union all select 'question-set', "id", "address", "digest" from "QuestionSet" where "studyId" = ${studyId}::uuid
      union all select 'prompt-set', "id", "address", "digest" from "PromptSet" where "studyId" = ${studyId}::uuid
      union all select 'artifact', null, artifact."address", artifact."digest" from "Artifact" artifact
        join "Run" run on run."id" = artifact."runId" where run."studyId" = ${studyId}::uuid
    ) as known where "address" = any(${addresses}::text[])`;
  const unknown = Object.entries(wanted).filter(([, { address }]) => !rows.some((row) => row.address === address));
  if (unknown.length > 0) {
    const fields = unknown.map(([name, { address }]) => ({ path: `inputs.${name}`, message: address }));
    throw unprocessable("input_unknown", { inputs: unknown.map(([name]) => name).join(", ") }, fields);
  }
  const inputs: Found["inputs"] = {};
  const edges: Found["edges"] = [];
  for (const [role, { address, digest }] of Object.entries(wanted)) {
    const same = rows.filter((row) => row.address === address);
    inputs[role] = { address, digest: digest ?? same.find((row) => row.digest !== null)?.digest ?? null };
    for (const { kind, targetId } of same) if (targetId) edges.push({ kind, targetId, role });
  }
  return { inputs, edges };
}
