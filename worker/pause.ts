import { setTimeout as wait } from "node:timers/promises";

/** Waits; returns early when told to stop. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => {});
}
