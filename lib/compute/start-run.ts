import { availableParallelism } from "node:os";
import { recordAudit } from "@/lib/audit/record";
import type { Database, Prisma } from "@/lib/platform/database/client";
import { lockOf, takeLocks } from "@/lib/platform/database/locks";
import { newId } from "@/lib/platform/ids";
import { conflict, type ProblemField, unprocessable } from "@/lib/platform/problem";
import { brokenRuleOf, fieldsOfIssues } from "@/lib/platform/problem-fields";
import type { StudyActor } from "@/lib/studies/actor";
import { hashOf } from "./canonical-json";
import { chooseBackend } from "./choose-backend";
import { estimate, refuseShortages } from "./estimates/estimate-run";
import type { StartOptions } from "./schema";
import { type RunInput, type RunKind, type RunResources, specSchemas } from "./specs/index";
import { enqueueTick } from "./tick-run";

const largestSeed = 2_147_483_647;

export type StartRunInput = StartOptions & {
  kind: RunKind;
  name: string;
  seed?: number;
  inputs: Record<string, RunInput>;
  /** with every default written out; `presets` of lib/compute/specs are such */
  parameters: unknown;
  resources?: Partial<RunResources>;
  /** lineage: what the run uses */
  edges: { kind: string; targetId: string; role: string }[];
};

/**
 * The run that this start has made already, where it comes a second time; two at once follow one another from here on,
 * until the transaction ends. Throws `start_key_used` where the key belongs to a start of another kind.
 */
export async function findStarted(
  transaction: Database,
  actor: StudyActor,
  { startKey, kind }: Pick<StartRunInput, "startKey" | "kind">,
): Promise<{ id: string } | null> {
  if (!startKey) return null;
  await takeLocks(transaction, lockOf(`start:${actor.studyId}:${startKey}`));
  const run = await transaction.run.findFirst({
    where: { studyId: actor.studyId, startKey },
    select: { id: true, kind: true },
  });
  if (run && run.kind !== kind) throw conflict("start_key_used");
  return run && { id: run.id };
}

/**
 * Writes a run and asks for its first tick, in the caller's transaction. Throws `spec_invalid` (or the code of the rule
 * that is broken, such as `warmup_too_long`) with the fields, `backend_unknown`, `backend_missing`, `run_too_large`. A start whose key is known
 * already is answered with its run.
 */
export async function startRun(
  transaction: Database,
  actor: StudyActor,
  input: StartRunInput,
): Promise<{ id: string }> {
  const started = await findStarted(transaction, actor, input);
  if (started) return started;
  const backend = await chooseBackend(transaction, input.backendId);
  const id = newId();
  const spec = checkedSpec(id, input, backend.local);
  const { estimate: expected, work } = await estimate(transaction, actor.studyId, backend, {
    kind: input.kind,
    parameters: spec.parameters as Record<string, unknown>,
    resources: spec.resources,
    uses: input.edges,
  });
  refuseShortages(expected.shortages);
  await transaction.run.create({
    data: {
      id,
      studyId: actor.studyId,
      backendId: backend.id,
      kind: input.kind,
      name: input.name,
      priority: input.priority,
      startKey: input.startKey,
      spec: spec as Prisma.InputJsonObject,
      specHash: hashOf({ kind: input.kind, ...spec }),
      seed: spec.seed,
      work: work?.amount,
      workUnit: work?.unit,
      workGpus: expected.gpus,
      createdById: actor.personId,
      edges: { create: input.edges.map((edge) => ({ direction: "input", ...edge })) },
    },
  });
  await recordAudit(transaction, actor, {
    action: "runs.start",
    subject: "run",
    subjectId: id,
    detail: { kind: input.kind, name: input.name, priority: input.priority ?? "normal" },
  });
  await enqueueTick(transaction, id);
  return { id };
}

/** What of the spec is the run's own; id, attempt and checkpoint are put in when an attempt is written. */
function checkedSpec(runId: string, input: StartRunInput, local: boolean) {
  const own = {
    seed: input.seed ?? 1,
    inputs: input.inputs,
    parameters: input.parameters,
    resources: { nodes: 1, processes: 1, threads: local ? Math.min(4, availableParallelism()) : 4, ...input.resources },
  };
  const spec = { version: 1, kind: input.kind, runId, attempt: 1, resume: null, ...own };
  const issues = specSchemas[input.kind].safeParse(spec).error?.issues ?? [];
  const fields: ProblemField[] = fieldsOfIssues(issues, spec);
  // PostgreSQL's integer ends earlier than the runner's.
  if (own.seed > largestSeed) {
    fields.push({ path: "seed", message: "too large", code: "too_big", values: { maximum: largestSeed } });
  }
  if (fields.length === 0) return own;
  const named = { fields: fields.map(({ path }) => path).join(", ") };
  throw unprocessable(brokenRuleOf(issues) ?? "spec_invalid", named, fields);
}
