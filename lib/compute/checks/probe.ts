import { z } from "zod";
import type { RayJob } from "../ray/jobs";
import type { NodeFinding } from "../schema";

/** What `python -m definemed_runner doctor --probe ID/NUMBER` prints; from the cluster, so checked like any input. */
const answerSchema = z.object({
  release: z.string().max(100),
  broken: z.record(z.string().max(100), z.string()),
  hardware: z.object({ device: z.string().max(20) }),
  gpus: z.array(z.object({ name: z.string().max(200), memoryBytes: z.number().min(0) })).max(64),
  store: z.object({
    read: z.boolean(),
    written: z.boolean(),
    freeBytes: z.number().min(0).nullable(),
    detail: z.string().max(1000),
  }),
});
export type ProbeAnswer = z.infer<typeof answerSchema>;

/** The answer is the last line of the job's log that is one; Ray's own lines stand around it. */
export function readAnswer(log: string): ProbeAnswer | null {
  for (const line of log.split("\n").reverse()) {
    if (!line.startsWith("{")) continue;
    try {
      const parsed = answerSchema.safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data;
    } catch {
      // A line that only looks like one.
    }
  }
  return null;
}

type Judged = Pick<NodeFinding, "outcome" | "release" | "storeFreeBytes" | "detail"> &
  Partial<Pick<NodeFinding, "devices">>;

/**
 * What a probe that has ended says about its node. `cameBack`: what the node wrote was found in the studio's own store,
 * so that both look at the same one.
 */
export function judgeProbe(
  node: { gpus: number },
  probe: { job: Pick<RayJob, "message" | "exitCode">; log: string; release: string; cameBack: boolean },
): Judged {
  const answer = readAnswer(probe.log);
  if (!answer) return judgeSilence(probe);
  const { release, store } = answer;
  const told = { release, storeFreeBytes: store.freeBytes, devices: answer.gpus };
  const broken = Object.entries(answer.broken);
  if (release !== probe.release) return { ...told, outcome: "runner_differs", detail: "" };
  if (broken.length > 0) {
    return {
      ...told,
      outcome: "packages_broken",
      detail: broken
        .map(([, words]) => words)
        .join("\n")
        .slice(0, 2000),
    };
  }
  if (!store.read) return { ...told, outcome: "store_unseen", detail: store.detail };
  if (!store.written) return { ...told, outcome: "store_unwritable", detail: store.detail };
  if (!probe.cameBack) return { ...told, outcome: "store_unseen", detail: "The node's file did not reach the studio." };
  if (node.gpus > 0 && answer.hardware.device !== "cuda") return { ...told, outcome: "gpus_unusable", detail: "" };
  return { ...told, outcome: "ready", detail: "" };
}

/** No answer: an older runner knows no `--probe`, a missing one leaves Python's or the shell's words. */
function judgeSilence({ job, log }: { job: Pick<RayJob, "message" | "exitCode">; log: string }): Judged {
  const detail = (log.trim() || job.message).replaceAll("\0", "").slice(-2000);
  const told = { release: null, storeFreeBytes: null, detail };
  if (/No module named '?definemed_runner/.test(log) || job.exitCode === 126 || job.exitCode === 127) {
    return { ...told, outcome: "runner_missing" };
  }
  if (/unrecognized arguments: --probe/.test(log)) return { ...told, outcome: "runner_differs" };
  return { ...told, outcome: "probe_failed" };
}
