import type { Estimate, RankOptions, RunStateName, Shortage, StartOptions } from "./schema";

/** Whether a run can still change by itself. */
export function isOver(state: RunStateName): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/** The step of the newest checkpoint that a run which ended without success can go on from; null: it can't. */
export function resumableStep(run: {
  state: RunStateName;
  attempts: readonly { checkpointStep: number | null }[];
}): number | null {
  const steps = run.attempts.flatMap(({ checkpointStep }) => checkpointStep ?? []);
  return isOver(run.state) && run.state !== "succeeded" && steps.length > 0 ? Math.max(...steps) : null;
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

/** One process a node, where a start names none. */
export function ranksOf({ nodes = 1, processes = nodes }: RankOptions): { nodes: number; processes: number } {
  return { nodes, processes };
}

/** Bytes in GiB with one decimal place. */
export const inGibibytes = (bytes: number) => Math.round((bytes / 1024 ** 3) * 10) / 10;

const states: readonly string[] = ["weights", "gradients", "optimizer", "tensors"];
const kept: readonly string[] = ["checkpoints", "tokens"];

/** The sum in two parts, for the sentence of a shortage in messages/LOCALE/errors.json: GiB, or GPUs. */
export function valuesOf({ needed, available, parts }: Shortage): Record<string, number> {
  const first = parts.filter(({ name }) => states.includes(name) || kept.includes(name));
  const sum = (of: Shortage["parts"]) => inGibibytes(of.reduce((total, { bytes }) => total + bytes, 0));
  return { needed, available, first: sum(first), rest: sum(parts.filter((part) => !first.includes(part))) };
}

/**
 * What several runs need that are carried out one after the other, such as one a checkpoint: times, costs and the places
 * of results add up, of memory the largest counts. A sum is not known where a part of it isn't.
 */
export function estimateTogether(estimates: readonly [Estimate, ...Estimate[]]): Estimate {
  const [first] = estimates;
  const total = (values: (number | undefined | null)[]) =>
    values.every((value) => value !== null && value !== undefined)
      ? values.reduce((sum, value) => sum + value, 0)
      : null;
  const amount = total(estimates.map(({ cost }) => cost?.amount));
  const largest = estimates.reduce((most, each) =>
    (each.memory?.bytes ?? 0) > (most.memory?.bytes ?? 0) ? each : most,
  );
  const codes = new Set(estimates.flatMap(({ shortages }) => shortages.map(({ code }) => code)));
  return {
    ...first,
    seconds: total(estimates.map(({ seconds }) => seconds)),
    memory: largest.memory,
    disk: addNeeds(estimates.map(({ disk }) => disk)),
    cost: first.cost && amount !== null ? { ...first.cost, amount } : null,
    shortages: [...codes].flatMap((code) => {
      const of = estimates.flatMap(({ shortages }) => shortages.filter((shortage) => shortage.code === code));
      return of.sort((a, b) => b.needed - a.needed).slice(0, 1);
    }),
  };
}

function addNeeds(needs: readonly Estimate["disk"][]): Estimate["disk"] {
  const known = needs.filter((need) => need !== null);
  if (known.length === 0) return null;
  const parts = new Map<Shortage["parts"][number]["name"], number>();
  for (const { name, bytes } of known.flatMap((need) => need.parts)) parts.set(name, (parts.get(name) ?? 0) + bytes);
  return {
    parts: [...parts].map(([name, bytes]) => ({ name, bytes })),
    bytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
    availableBytes: known[0]?.availableBytes ?? null,
  };
}
