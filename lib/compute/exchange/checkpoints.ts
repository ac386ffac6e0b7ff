import { log } from "@/lib/platform/log";
import type { RunRow } from "../lifecycle/load-run";
import { openExchange } from "./open-exchange";

const mark = /^runs\/[^/]+\/attempts\/(\d+)\/checkpoints\/step-(\d{8,})\/complete\.json$/;

/**
 * The complete checkpoints of a run that lie in its backend's exchange. Not all that an event told of are there: the
 * event is sent at once, the checkpoint takes its time, and the process may have died in between. Throws StoreFault.
 */
export async function checkpointsInExchange(
  runId: string,
  exchangeAddress: string,
): Promise<{ attempt: number; step: number; address: string }[]> {
  const names = await openExchange(exchangeAddress).names(`runs/${runId}/attempts/`);
  return [...names.keys()].flatMap((name) => {
    const [, attempt, step] = mark.exec(name) ?? [];
    if (attempt === undefined || step === undefined) return [];
    const address = `store:${name.slice(0, -"/complete.json".length)}`;
    return [{ attempt: Number(attempt), step: Number(step), address }];
  });
}

/** What need not stay once a run has succeeded: its outputs are here, and nothing continues from its checkpoints. */
export async function clearExchange(run: Pick<RunRow, "id">, exchangeAddress: string): Promise<void> {
  try {
    const bucket = openExchange(exchangeAddress);
    const start = `runs/${run.id}/attempts/`;
    for (const { key, id } of await bucket.uploads(start)) await bucket.dropUpload(key, id);
    const waiting = [...(await bucket.names(start)).keys()]
      // The signs and the manifest keep a process that still lives, or is started again, from doing it all once more.
      .filter((name) => !/\/(?:control\/[^/]+|manifest\.json)$/.test(name))
      .sort((one, other) => Number(mark.test(other)) - Number(mark.test(one)));
    const lane = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await bucket.remove(name);
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  } catch (error) {
    log().warn({ runId: run.id, error: String(error) }, "exchange.kept");
  }
}
