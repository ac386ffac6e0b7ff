import { setTimeout as wait } from "node:timers/promises";
import { inParallel } from "./in-parallel";
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
  /** for how many more there is room just now; 0: it runs no more, or its budget is spent */
  room: () => Promise<number>;
  /** those that are not done yet, in their order; none: all are */
  next: (limit: number) => Promise<Item[]>;
  /** `requests`: how often it has been asked for with this one, as far as this process knows */
  ask: (item: Item, requests: number) => Promise<void>;
  /** after the endpoint was too busy for an item, so many times by now */
  onBusy?: (item: Item, failures: number, reason: string) => Promise<void>;
};

/**
 * Asks for one thing after the other, as many at a time as the endpoint bears, until the time is over, nothing is left,
 * or the work runs no more. Answers why it should pause, where the endpoint can't be reached; else null. What `ask`
 * throws besides EndpointBusy ends it.
 */
export async function askAtPace<Item extends { id: string }>(asking: Asking<Item>): Promise<string | null> {
  const { id, until, signal } = asking;
  const { pace, failures } = memory.get(id) ?? { pace: new Pace(asking.concurrency), failures: new Map() };
  memory.set(id, { pace, failures });
  while (performance.now() < until && !signal.aborted) {
    const room = await asking.room();
    if (room <= 0) return null;
    const items = await asking.next(Math.min(Math.max(1, Math.floor(pace.limit)) * 2, room));
    if (items.length === 0) return null;
    let pauseMs = 0;
    let reason = "";
    await inParallel(
      items,
      () => Math.floor(pace.limit),
      async (item) => {
        // The endpoint asked for a rest, or the time is over: the rest of this batch comes again.
        if (pauseMs > 0 || performance.now() > until || signal.aborted) return;
        try {
          await asking.ask(item, 1 + (failures.get(item.id) ?? 0));
          pace.succeeded();
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof EndpointBusy)) throw error;
          reason = error.reason;
          const count = (failures.get(item.id) ?? 0) + 1;
          failures.set(item.id, count);
          pauseMs = Math.max(pauseMs, pace.failed(error.retryAfterSeconds));
          await asking.onBusy?.(item, count, reason);
        }
      },
    );
    if (pace.failuresInRow >= failuresUntilPause) {
      pace.failuresInRow = 0;
      return reason;
    }
    if (pauseMs > 0)
      await wait(Math.min(pauseMs, Math.max(0, until - performance.now())), undefined, { signal }).catch(() => {});
  }
  return null;
}
