/**
 * Asking an endpoint whose answers take unequally long (log-normal, 60 ms on average), with as many at a time as allowed:
 * the time beside the least that it can take, all answers' time together shared by those at a time. The reference asks in
 * batches and waits for each batch's slowest answer. Nothing is sent: what is measured is the waiting.
 */
import { setTimeout as wait } from "node:timers/promises";
import { askAtPace } from "@/lib/labelling/ask-at-pace";
import { printTable, shown, timed } from "./figures";

const meanMs = 60;
const answersPerPlace = 60;

/** Mulberry32 and Box–Muller: the same times for both ways. */
function latencies(count: number, sigma: number): number[] {
  let state = 1;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 4_294_967_297;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: count }, () => meanMs * Math.exp(sigma * normal() - sigma ** 2 / 2));
}

type Way = (times: readonly number[], concurrency: number) => Promise<unknown>;

const inBatches: Way = async (times, concurrency) => {
  for (let start = 0; start < times.length; start += concurrency) {
    await Promise.all(times.slice(start, start + concurrency).map((ms) => wait(ms)));
  }
};

const asTheStudioAsks: Way = (times, concurrency) => {
  const things = times.map((ms, index) => ({ id: String(index), ms }));
  return askAtPace({
    ...{ id: `${concurrency} ${times[0]}`, concurrency, until: Number.POSITIVE_INFINITY },
    signal: new AbortController().signal,
    room: async () => Number.POSITIVE_INFINITY,
    next: async (limit) => things.splice(0, limit),
    ask: ({ ms }) => wait(ms),
  });
};

const rows: string[][] = [];
for (const concurrency of [4, 16]) {
  for (const sigma of [0.3, 0.6, 1]) {
    const times = latencies(answersPerPlace * concurrency, sigma);
    const least = times.reduce((sum, ms) => sum + ms, 0) / concurrency;
    const batches = await timed(() => inBatches(times, concurrency));
    const studio = await timed(() => asTheStudioAsks(times, concurrency));
    const ratios = [batches / least, studio / least, batches / studio];
    rows.push([`${concurrency} at a time`, String(sigma), ...ratios.map(shown)]);
  }
}
printTable(
  `Asking at pace: ${answersPerPlace} answers for each of those at a time, ${meanMs} ms on average`,
  ["", "σ of log time", "batches / least", "studio / least", "batches / studio"],
  rows,
);
