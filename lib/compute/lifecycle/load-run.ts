import { database } from "@/lib/platform/database/client";
import { storedSpecSchema } from "../stored-spec";

/** A run as a tick sees it, with its attempts in order. */
export async function loadRun(runId: string) {
  const run = await database().run.findUnique({
    where: { id: runId },
    include: { attempts: { orderBy: { number: "asc" } }, backend: true },
  });
  return run && { ...run, spec: storedSpecSchema.parse(run.spec) };
}

export type RunRow = NonNullable<Awaited<ReturnType<typeof loadRun>>>;
export type AttemptRow = RunRow["attempts"][number];
