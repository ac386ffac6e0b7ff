import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import type { AttemptPlace } from "../attempt-files";
import { lockForAttempt } from "../lock-run";
import type { EventFile } from "./parse-events";
import { findBeyondGap, readNextEventFiles } from "./read-event-files";
import { writeEvents } from "./write-events";

export type IngestPlace = AttemptPlace & { id: string; eventsIngested: number };

/** `taken`: how far the counter has come. `refused`: the attempt no longer counts, and nothing of it was taken in. */
export type Ingested = { taken: number } | "refused";

/**
 * Takes in every event file that is there, each exactly once: the counter moves in the transaction that writes the rows.
 * Stops early when `mayGoOn` says so; the next tick goes on from there.
 */
export async function ingestEvents(attempt: IngestPlace, mayGoOn: () => boolean = () => true): Promise<Ingested> {
  let taken = attempt.eventsIngested;
  for (;;) {
    const files = await readNextEventFiles(attempt, taken);
    const last = files.at(-1);
    if (!last) return { taken };
    const outcome = await takeIn(attempt, taken, files);
    if (outcome === "refused") return "refused";
    taken = outcome === "elsewhere" ? await countedBy(attempt) : last.number;
    if (!mayGoOn()) return { taken };
  }
}

/** For an attempt that has ended: goes on beyond event files that are missing, with a warning in the log. */
export async function ingestBeyondGaps(attempt: IngestPlace): Promise<Ingested> {
  for (;;) {
    const state = await ingestEvents({ ...attempt, eventsIngested: await countedBy(attempt) });
    if (state === "refused") return "refused";
    const next = await findBeyondGap(attempt, state.taken);
    if (next === null) return state;
    const missing: EventFile[] = [];
    for (let number = state.taken + 1; number < next; number++) missing.push({ number, events: [], damage: "missing" });
    if ((await takeIn(attempt, state.taken, missing)) === "refused") return "refused";
  }
}

/** "elsewhere": another tick was quicker, and has taken these files in. */
function takeIn(attempt: IngestPlace, from: number, files: EventFile[]): Promise<"done" | "elsewhere" | "refused"> {
  return inTransaction(async (transaction) => {
    if (!(await lockForAttempt(transaction, attempt))) return "refused";
    const moved = await transaction.attempt.updateMany({
      where: {
        id: attempt.id,
        eventsIngested: from,
        state: { in: ["submitting", "pending", "running", "stopping"] },
      },
      data: { eventsIngested: files.at(-1)?.number ?? from, heartbeatAt: new Date() },
    });
    if (moved.count === 0) return (await isAhead(transaction, attempt, from)) ? "elsewhere" : "refused";
    await writeEvents(transaction, attempt, files);
    return "done";
  });
}

async function isAhead(transaction: Database, attempt: IngestPlace, from: number): Promise<boolean> {
  const row = await transaction.attempt.findUniqueOrThrow({ where: { id: attempt.id } });
  return row.eventsIngested > from;
}

async function countedBy(attempt: IngestPlace): Promise<number> {
  const row = await database().attempt.findUniqueOrThrow({
    where: { id: attempt.id },
    select: { eventsIngested: true },
  });
  return row.eventsIngested;
}
