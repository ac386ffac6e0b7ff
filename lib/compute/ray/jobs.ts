import { z } from "zod";
import { askRay, type RayConnection, RayFault } from "./request";

const jobSchema = z.object({
  status: z.enum(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  driver_exit_code: z.int().nullish(),
});

export type RayJob = {
  status: "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";
  /** Ray's own words, with the end of the log where the job failed. */
  message: string;
  errorType: string | null;
  exitCode: number | null;
};

export type RayJobRequest = {
  submissionId: string;
  /** Goes through a shell: it may hold ids that we made, and nothing that anybody entered. */
  entrypoint: string;
  environment: Record<string, string>;
  cpus: number;
  gpus: number;
  /** further resources, such as that of one node */
  resources?: Record<string, number>;
};

const place = (submissionId: string) => `/api/jobs/${encodeURIComponent(submissionId)}`;

/** The job of that id, or null where Ray does not know it (also after a restart, which forgets all jobs). */
export async function findJob(connection: RayConnection, submissionId: string): Promise<RayJob | null> {
  const job = await askRay(connection, "GET", place(submissionId), jobSchema);
  if (!job) return null;
  return {
    status: job.status,
    message: job.message ?? "",
    errorType: job.error_type ?? null,
    exitCode: job.driver_exit_code ?? null,
  };
}

/**
 * Submits a job once, however often it is called: the id is ours, and a job of that id is looked up first. Ray answers
 * a repeated id with 500, so after a refusal it is looked up again.
 */
export async function submitJobOnce(connection: RayConnection, request: RayJobRequest): Promise<void> {
  if (await findJob(connection, request.submissionId)) return;
  try {
    await askRay(connection, "POST", "/api/jobs/", z.object({ submission_id: z.string() }), {
      submission_id: request.submissionId,
      entrypoint: request.entrypoint,
      runtime_env: { env_vars: request.environment },
      ...(request.cpus > 0 ? { entrypoint_num_cpus: request.cpus } : {}),
      ...(request.gpus > 0 ? { entrypoint_num_gpus: request.gpus } : {}),
      ...(request.resources ? { entrypoint_resources: request.resources } : {}),
    });
  } catch (error) {
    if (error instanceof RayFault && (await findJob(connection, request.submissionId))) return;
    throw error;
  }
}

/** Asks a job to end: SIGTERM, then after RAY_JOB_STOP_WAIT_TIME_S SIGKILL. A job that is unknown or over is fine. */
export async function stopJob(connection: RayConnection, submissionId: string): Promise<void> {
  await askRay(connection, "POST", `${place(submissionId)}/stop`, z.object({ stopped: z.boolean() }));
}

/** The last characters that the job wrote; empty where Ray has no log of it. */
export async function logTail(connection: RayConnection, submissionId: string, characters = 4000): Promise<string> {
  const answer = await askRay(
    connection,
    "GET",
    `${place(submissionId)}/logs`,
    z.object({ logs: z.string().nullable() }),
  );
  return (answer?.logs ?? "").slice(-characters);
}
