import { readFile } from "node:fs/promises";
import { pathOf } from "@/lib/platform/storage/addresses";
import { StoreFault } from "@/lib/platform/storage/store-fault";
import { attemptFile } from "../attempt-files";
import type { Advance } from "../lifecycle/advance";
import { writeSpec } from "../lifecycle/create-attempt";
import { endAttempt } from "../lifecycle/end-attempt";
import type { AttemptRow, RunRow } from "../lifecycle/load-run";
import { timing } from "../lifecycle/timing";
import { showWaiting } from "../lifecycle/waiting";
import { attemptKey, openExchange } from "./open-exchange";
import { bytesOfInput, InputChanged, sendInput } from "./send-input";
import { advanceTransfer } from "./transfers";

/** Attempts whose inputs this process has sent: while they wait in the queue they are not looked at again. */
const sent = new Set<string>();

/**
 * Sends what an attempt needs to the exchange of its backend before it is submitted: inputs that do not lie there yet, and
 * its spec. null: all is there. While the store can't be reached the attempt waits.
 */
export async function sendAttempt(
  run: RunRow,
  attempt: AttemptRow,
  exchangeAddress: string,
  now: Date,
): Promise<Advance | null> {
  if (sent.has(attempt.id)) return null;
  try {
    const state = await advanceTransfer(run, attempt, "sending-inputs", (report, signal) =>
      send(run, attempt, exchangeAddress, report, signal),
    );
    if (state === "done") {
      sent.add(attempt.id);
      return null;
    }
    await showWaiting(attempt, "inputs_sending", now);
    return { againIn: timing.tick };
  } catch (error) {
    if (error instanceof StoreFault) {
      await showWaiting(attempt, error.code, now);
      return { againIn: timing.waitingTick };
    }
    const failure = failureOf(error);
    if (!failure) throw error;
    await endAttempt(run, attempt, { state: "failed", ...failure, retry: "never" }, now);
    return "moved";
  }
}

function failureOf(error: unknown): { code: string; detail: string } | null {
  if (error instanceof InputChanged) return { code: "digest_mismatch", detail: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? { code: "input_missing", detail: message } : null;
}

async function send(
  run: RunRow,
  attempt: AttemptRow,
  exchangeAddress: string,
  report: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const bucket = openExchange(exchangeAddress);
  const place = { runId: run.id, number: attempt.number };
  // What lies on the cluster's machines (file:) or on a hub (hf:) is not ours to send.
  const ours = Object.entries(run.spec.inputs).filter(([, { address }]) => address.startsWith("store:"));
  let total = 0;
  for (const [, { address }] of ours) total += await bytesOfInput(pathOf(address));
  let done = 0;
  const inputs: Record<string, string> = {};
  for (const [name, { address, digest }] of ours) {
    inputs[name] = await sendInput(
      bucket,
      pathOf(address),
      digest,
      (more) => {
        done += more;
        report(done, total);
      },
      signal,
    );
  }
  await writeSpec(run, attempt);
  await bucket.write(attemptKey(place, "exchange.json"), JSON.stringify({ version: 1, inputs }));
  await bucket.write(attemptKey(place, "spec.json"), await readFile(attemptFile(place, "spec.json")));
}
