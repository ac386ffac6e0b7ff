import type { RunStateName, Shortage, StartOptions } from "./schema";

/** Whether a run can still change by itself. */
export function isOver(state: RunStateName): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/**
 * Seconds until the present phase is done, at the speed that it has had since it began; null while that is not known.
 * Times in milliseconds since the epoch.
 */
export function secondsLeft(progress: {
  done: number;
  total: number;
  at: number | null;
  since: number | null;
  sinceDone: number;
}): number | null {
  const { done, total, at, since, sinceDone } = progress;
  if (at === null || since === null) return null;
  const advanced = done - sinceDone;
  if (advanced <= 0 || at <= since || done >= total) return null;
  return ((total - done) * (at - since)) / advanced / 1000;
}

/** Of a station's start, what is the same for every kind of run. */
export function startOptionsOf({ backendId, priority, startKey }: StartOptions): StartOptions {
  return { backendId, priority, startKey };
}

/** Bytes in GiB with one decimal place. */
export const inGibibytes = (bytes: number) => Math.round((bytes / 1024 ** 3) * 10) / 10;

const states: readonly string[] = ["weights", "gradients", "optimizer", "tensors"];
const kept: readonly string[] = ["checkpoints"];

/** The sum in two parts, for the sentence of a shortage in messages/LOCALE/errors.json: GiB, or GPUs. */
export function valuesOf({ needed, available, parts }: Shortage): Record<string, number> {
  const first = parts.filter(({ name }) => states.includes(name) || kept.includes(name));
  const sum = (of: Shortage["parts"]) => inGibibytes(of.reduce((total, { bytes }) => total + bytes, 0));
  return { needed, available, first: sum(first), rest: sum(parts.filter((part) => !first.includes(part))) };
}
