import { z } from "zod";
import { type AttemptPlace, attemptFile, readText } from "../attempt-files";

const outcomeSchema = z.object({ code: z.string().min(1).max(100), message: z.string() });

/** Codes that the runner gives to faults that may pass (exit 1); all others are the user's to mend (exit 2). */
const faultsThatMayPass = new Set([
  "store_full",
  "store_unwritable",
  "store_unreachable",
  "store_access_denied",
  "store_clock_differs",
  "scratch_full",
  "attempt_in_use",
  "runner_differs",
  "rank_died",
  "unexpected_fault",
]);
/** The checkpoint that an attempt was told to continue from turned out to be no good: an earlier one may be. */
export const isFaultOfCheckpoint = (code: string | null): boolean => code?.startsWith("checkpoint_") ?? false;

export type Outcome = { code: string; message: string; retry: "again" | "elsewhere" | "never" };

/** Why the runner says that the attempt failed; null where it could not say anything any more. */
export async function readOutcome(place: AttemptPlace): Promise<Outcome | null> {
  const text = await readText(attemptFile(place, "outcome.json"), 1024 * 1024).catch(() => null);
  return text === null ? null : parseOutcome(text);
}

/** The same from the last line of the runner's output: where a store can't be written, it is all that is left. */
export function outcomeOfLog(lines: string): Outcome | null {
  const last = lines.split("\n").findLast((line) => line.startsWith('{"code": '));
  return last === undefined ? null : parseOutcome(last);
}

function parseOutcome(text: string): Outcome | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = outcomeSchema.safeParse(json);
  if (!parsed.success) return null;
  const { code, message } = parsed.data;
  const retry = faultsThatMayPass.has(code) ? "again" : isFaultOfCheckpoint(code) ? "elsewhere" : "never";
  return { code, message: message.slice(0, 4000), retry };
}
