import { setTimeout as wait } from "node:timers/promises";
import { EndpointBusy } from "./post-chat";
import { Pace } from "./rules";

/** So many failures in a row, with no success between, and the work should pause. */
const failuresUntilPause = 8;

/** What a process remembers of a work between ticks; losing it costs nothing but a careful start. */
const memory = new Map<string, { pace: Pace; failures: Map<string, number> }>();

export function forgetPace(id: string): void {
  memory.delete(id);
}

/** What is asked of an endpoint, thing by thing; `id` is the work's own among all. */
type Asking<Item> = {
  id: string;
  concurrency: number;
  /** the end of the time, by `performance.now()` */
  until: number;
  signal: AbortSignal;
  /** for how many more there is room just now, those under way among them; 0: it runs no more, or its budget is spent */
  room: () => Promise<number>;
  /** further ones that are not done yet, in their order, each of them once; none: that was all */
  next: (limit: number) => Promise<Item[]>;
  /** `requests`: how often it has been asked for with this one, as far as this process knows */
  ask: (item: Item, requests: number) => Promise<void>;
  /** after the endpoint was too busy for an item, so many times by now; true: it is given up, and not asked again */
  onBusy?: (item: Item, failures: number, reason: string) => Promise<boolean>;
};

/**
 * Asks for one thing after the other, as many at a time as the endpoint bears, until the time is over, nothing is left,
 * or the work runs no more. As soon as one answer is there the next is asked for: a slow one holds up no other. What
 * the endpoint was too busy for comes again, after others that wait. Answers why the work should pause, where the endpoint
 * can't be reached; else null. What `ask` throws besides EndpointBusy ends it, after those under way.
 */
export async function askAtPace<Item extends { id: string }>(asking: Asking<Item>): Promise<string | null> {
  const { id, until, signal } = asking;
  const { pace, failures } = memory.get(id) ?? { pace: new Pace(asking.concurrency), failures: new Map() };
  memory.set(id, { pace, failures });
  const underWay = new Set<Promise<void>>();
  const waiting: Item[] = [];
  let exhausted = false;
  let restMs = 0;
  let reason = "";
  const faults: unknown[] = [];
  const isOver = () => performance.now() > until || signal.aborted;
  const atATime = () => Math.max(1, Math.floor(pace.limit));

  async function supply(): Promise<void> {
    const busy = underWay.size;
    const room = (await asking.room()) - busy;
    // Where those under way take all the room, what they leave of it is asked for again after them.
    if (room <= 0) return;
    const further = await asking.next(Math.min(atATime() * 2, room));
    exhausted = further.length === 0;
    waiting.push(...further);
  }

  async function ask(item: Item): Promise<void> {
    try {
      await asking.ask(item, 1 + (failures.get(item.id) ?? 0));
      pace.succeeded();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof EndpointBusy)) throw error;
      reason = error.reason;
      const count = (failures.get(item.id) ?? 0) + 1;
      failures.set(item.id, count);
      restMs = Math.max(restMs, pace.failed(error.retryAfterSeconds));
      if (!(await asking.onBusy?.(item, count, reason))) waiting.push(item);
    }
  }

  while (true) {
    // While the endpoint wants a rest, nothing new is asked for.
    while (faults.length === 0 && restMs === 0 && !isOver() && underWay.size < atATime()) {
      const item = waiting.shift();
      if (!item) {
        if (!exhausted) await supply();
        if (waiting.length === 0) break;
        continue;
      }
      const task: Promise<void> = ask(item)
        .catch((error: unknown) => {
          faults.push(error);
        })
        .finally(() => underWay.delete(task));
      underWay.add(task);
    }
    if (underWay.size > 0) {
      await Promise.race(underWay);
      continue;
    }
    if (faults.length > 0) throw faults[0];
    if (pace.failuresInRow >= failuresUntilPause) {
      pace.failuresInRow = 0;
      return reason;
    }
    if (isOver() || restMs === 0) return null;
    await wait(Math.min(restMs, Math.max(0, until - performance.now())), undefined, { signal }).catch(() => {});
    restMs = 0;
  }
}
