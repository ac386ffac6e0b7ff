import { connectBackend } from "../connect-backend";
import { findJob, type RayJob } from "../ray/jobs";
import { type RayConnection, RayFault, RayTokenRefused, RayUnreachable } from "../ray/request";
import type { WaitingCode } from "../schema";
import type { RunRow } from "./load-run";

/** What could be learnt of an attempt's job: Ray can't be asked, does not know it, or tells of it. */
export type JobSight =
  | { seen: "nothing"; waiting: WaitingCode }
  | { seen: "unknown"; connection: RayConnection }
  | { seen: "job"; job: RayJob; connection: RayConnection };

export async function lookAtJob(backend: RunRow["backend"], submissionId: string): Promise<JobSight> {
  const way = await connectBackend(backend);
  if ("waiting" in way) return { seen: "nothing", waiting: way.waiting };
  const { connection } = way;
  try {
    const job = await findJob(connection, submissionId);
    return job ? { seen: "job", job, connection } : { seen: "unknown", connection };
  } catch (error) {
    return { seen: "nothing", waiting: waitingOf(error) };
  }
}

/** What a failed request to Ray means to who waits for it; other errors are thrown on. */
export function waitingOf(error: unknown): WaitingCode {
  if (error instanceof RayTokenRefused) return "backend_token_refused";
  if (error instanceof RayUnreachable) return "backend_unreachable";
  if (error instanceof RayFault) return "submission_refused";
  throw error;
}
