import { inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { findInputs } from "./find-inputs";
import type { NewRun } from "./schema";
import { startRun } from "./start-run";

/** A run by its bare spec, for the API; the stations' own forms know more and ask for less. */
export function startRawRun(actor: StudyActor, input: NewRun): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const found = await findInputs(transaction, actor, input.inputs);
    return startRun(transaction, actor, { ...input, ...found });
  });
}
