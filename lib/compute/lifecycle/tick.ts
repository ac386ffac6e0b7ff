import { database } from "@/lib/platform/database/client";

/** Moves a run on by what can be done now. */
export async function tick(runId: string, signal: AbortSignal): Promise<void> {
  const run = await database().run.findUnique({ where: { id: runId }, select: { state: true } });
  if (signal.aborted || !run) return;
}
