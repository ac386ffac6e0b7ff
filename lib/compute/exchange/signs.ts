import { log } from "@/lib/platform/log";
import { StoreFault } from "@/lib/platform/storage/store-fault";
import { writeControl } from "../attempt-files";
import type { RunRow } from "../lifecycle/load-run";
import { attemptKey, openExchange } from "./open-exchange";

type Signed = Pick<RunRow, "id"> & { backend: Pick<RunRow["backend"], "exchangeAddress"> };

/** Writes a control sign where the attempt's process looks for it. Throws StoreFault where that can't be done now. */
export async function writeSign(run: Signed, number: number, sign: "cancel" | "fenced"): Promise<void> {
  const place = { runId: run.id, number };
  await writeControl(place, sign);
  const { exchangeAddress } = run.backend;
  if (exchangeAddress === null) return;
  await openExchange(exchangeAddress).write(attemptKey(place, "control", sign), `${new Date().toISOString()}\n`);
}

/** As `writeSign`, where there is another way, or another time, for what the sign is to bring about: whether it was written. */
export async function tryToWriteSign(run: Signed, number: number, sign: "cancel" | "fenced"): Promise<boolean> {
  try {
    await writeSign(run, number, sign);
    return true;
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    log().warn({ runId: run.id, attempt: number, sign, error: error.message }, "exchange.sign");
    return false;
  }
}
