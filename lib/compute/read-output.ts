import type { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { connectBackend } from "./connect-backend";
import { isLive } from "./lock-run";
import { findJob, logTail } from "./ray/jobs";
import { RayFault, RayTokenRefused, RayUnreachable } from "./ray/request";
import type { runOutputSchema } from "./schema";

const mostCharacters = 32_000;

/**
 * What the process of the current attempt has written, beyond the events that it tells: imports that fail, warnings of
 * libraries. Asked of Ray each time, so a broken connection is nothing to mend. Nothing is started for a run that is over.
 */
export async function readOutput(actor: StudyActor, runId: string): Promise<z.infer<typeof runOutputSchema>> {
  const run = await database().run.findFirst({
    where: { id: runId, studyId: actor.studyId },
    include: { backend: true, attempts: { orderBy: { number: "desc" }, take: 1 } },
  });
  if (!run) throw notFound();
  const attempt = run.attempts[0];
  const nothing = { attempt: attempt?.number ?? 0, text: "" };
  if (!attempt?.submittedAt) return { ...nothing, state: "gone" };
  // The local backend is started by being asked for, which only a run that lives is worth.
  if (run.backend.local && !isLive(run)) return { ...nothing, state: "gone" };
  const way = await connectBackend(run.backend);
  if ("waiting" in way) return { ...nothing, state: "away" };
  try {
    if (!(await findJob(way.connection, attempt.submissionId))) return { ...nothing, state: "gone" };
    const text = await logTail(way.connection, attempt.submissionId, mostCharacters);
    return { ...nothing, state: "kept", text: text.replaceAll("\0", "") };
  } catch (error) {
    if (error instanceof RayUnreachable || error instanceof RayTokenRefused || error instanceof RayFault) {
      return { ...nothing, state: "away" };
    }
    throw error;
  }
}
