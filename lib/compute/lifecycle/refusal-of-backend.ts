import { database } from "@/lib/platform/database/client";
import { beginCheck } from "../checks/begin-check";
import { runnerRelease } from "../runner-release";
import { type WaitingCode, waitingCodes } from "../schema";
import type { RunRow } from "./load-run";

/** For so long what was found at a backend counts, in seconds; what was missing is looked for again sooner. */
const countsFor = { ready: 6 * 3600, missing: 60 };

/**
 * What keeps a run from being submitted to its backend: the runner there is another one than the studio's or missing, it
 * doesn't share the artifact store, and the like. Looks at the backend where nobody has lately, and says so meanwhile.
 * This machine's own runs the studio's own runner on the studio's own store.
 */
export async function refusalOfBackend(run: RunRow, now: Date): Promise<WaitingCode | null> {
  if (run.backend.local) return null;
  const check = await database().backendCheck.findFirst({
    where: { backendId: run.backendId },
    orderBy: { createdAt: "desc" },
  });
  if (check && check.outcome === null) return check.waitingCode ? known(check.waitingCode) : "backend_checking";
  const ready = check?.outcome === "ready";
  const refusedAt = Math.max(
    ...run.attempts.map((each) => (each.failureCode === "runner_differs" ? (each.finishedAt?.getTime() ?? 0) : 0)),
  );
  const finishedAt = check?.finishedAt?.getTime() ?? 0;
  const old = now.getTime() - finishedAt > countsFor[ready ? "ready" : "missing"] * 1000;
  if (!check || old || finishedAt < refusedAt || check.release !== (await runnerRelease())) {
    await beginCheck(database(), run.backendId, null);
    // What was missing is shown until it is found to be there.
    return check && !ready ? known(check.outcome) : "backend_checking";
  }
  return ready ? null : known(check.outcome);
}

function known(code: string | null): WaitingCode {
  return waitingCodes.find((each) => each === code) ?? "probe_failed";
}
