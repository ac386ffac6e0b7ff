import type { Database } from "@/lib/platform/database/client";
import type { Run } from "@/lib/platform/database/generated/client";
import type { Manifest } from "./manifest";
import type { RunKind } from "./specs/index";
import type { StoredSpec } from "./stored-spec";

/** A run that has a verified manifest and is about to succeed. */
export type FinishedRun = Pick<Run, "id" | "studyId" | "kind" | "name" | "seed" | "createdById"> & {
  spec: StoredSpec;
};

type Outcome<Data> = {
  /** Reads and computes before the transaction; may be called more than once. */
  prepare?: (run: FinishedRun, manifest: Manifest) => Promise<Data>;
  /**
   * Writes what the room makes of the run, in the transaction that sets it to succeeded: exactly once. `addOutputEdge`
   * is lineage; a Problem that either function throws fails the run with its code.
   */
  commit: (transaction: Database, run: FinishedRun, manifest: Manifest, data: Data) => Promise<void>;
};

type ReadyOutcome = { commit: (transaction: Database) => Promise<void> };
type Registered = (run: FinishedRun, manifest: Manifest) => Promise<ReadyOutcome>;

const registry = new Map<RunKind, Registered>();

/** Later rooms tell what success of a kind means to them; registered by worker/run-outcomes.ts, one room a kind. */
export function registerRunOutcome<Data = undefined>(kind: RunKind, outcome: Outcome<Data>): void {
  if (registry.has(kind)) throw new Error(`the outcome of ${kind} is registered twice`);
  registry.set(kind, async (run, manifest) => {
    const data = (await outcome.prepare?.(run, manifest)) as Data;
    return { commit: (transaction) => outcome.commit(transaction, run, manifest, data) };
  });
}

/** For tests that register their own. */
export function forgetRunOutcome(kind: RunKind): void {
  registry.delete(kind);
}

/** Calls `prepare` of the run's kind; a kind that nobody registered has nothing to commit. */
export async function prepareOutcome(run: FinishedRun, manifest: Manifest): Promise<ReadyOutcome> {
  const registered = registry.get(run.kind as RunKind);
  return registered ? registered(run, manifest) : { commit: async () => {} };
}

/** Lineage: what the run made, such as the checkpoint row of its model. */
export async function addOutputEdge(
  transaction: Database,
  runId: string,
  edge: { kind: string; targetId: string; role: string },
): Promise<void> {
  await transaction.runEdge.create({ data: { runId, direction: "output", ...edge } });
}
