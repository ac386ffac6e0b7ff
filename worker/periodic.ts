import { database } from "@/lib/platform/database/client";
import { log } from "@/lib/platform/log";
import type { Task } from "./task";

const keyOf = (task: Task) => `every:${task.name}`;

/** Jobs with `everySeconds`: each asks for its next time when it ends, whether it went well or not. */
export function repeating(task: Task): Task {
  if (task.everySeconds === undefined) return task;
  const { everySeconds } = task;
  return {
    ...task,
    run: async (payload, signal) => {
      try {
        await task.run(payload, signal);
      } catch (error) {
        log().error({ job: task.name, error: error instanceof Error ? error.stack : error }, "job.failed");
      }
      await addJob(task, everySeconds);
    },
  };
}

/** Sees to it that each of them is waiting or under way; also after one was lost. */
export async function ensurePeriodic(tasks: readonly Task[]): Promise<void> {
  const periodic = tasks.filter(({ everySeconds }) => everySeconds !== undefined);
  const present = await database().$queryRaw<{ key: string }[]>`
    select "key" from graphile_worker.jobs where "key" = any(${periodic.map(keyOf)}::text[])`;
  const keys = new Set(present.map(({ key }) => key));
  for (const task of periodic) if (!keys.has(keyOf(task))) await addJob(task, 0);
}

/** The key keeps one waiting, however many workers there are. */
async function addJob(task: Task, delaySeconds: number): Promise<void> {
  await database().$executeRaw`
    select graphile_worker.add_job(
      ${task.name}::text, '{}'::json, run_at => now() + make_interval(secs => ${delaySeconds}::double precision),
      job_key => ${keyOf(task)}::text, job_key_mode => 'preserve_run_at')`;
}
