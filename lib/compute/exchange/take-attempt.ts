import { statfs } from "node:fs/promises";
import { storeRoot } from "@/lib/platform/storage/addresses";
import type { Bucket } from "@/lib/platform/storage/bucket";
import { Damaged, fetchFile } from "@/lib/platform/storage/fetch-file";
import { writeWhole } from "@/lib/platform/storage/files";
import { StoreFault } from "@/lib/platform/storage/store-fault";
import { type AttemptPlace, attemptFile, sizeOf } from "../attempt-files";
import { eventFileName, largestEventFileBytes } from "../ingest/read-event-files";
import type { Advance, Moment } from "../lifecycle/advance";
import { endAttempt } from "../lifecycle/end-attempt";
import type { AttemptRow, RunRow } from "../lifecycle/load-run";
import { timing } from "../lifecycle/timing";
import { showWaiting } from "../lifecycle/waiting";
import { manifestSchema } from "../manifest";
import { largestManifestBytes } from "../verify-manifest";
import { attemptKey, openExchange } from "./open-exchange";
import { advanceTransfer } from "./transfers";

/** `here`: what the attempt has told so far lies in the studio's own folder. Otherwise what to do. */
export type Taken = "here" | { fault: StoreFault } | { advance: Advance };

/**
 * Takes over from the exchange what an attempt has brought there: event files by number, why it failed, and on success
 * its outputs. The manifest is written here last of all, so that whoever reads the attempt's folder finds what it would
 * find in a shared one.
 */
export async function takeAttempt(
  run: RunRow,
  attempt: AttemptRow,
  exchangeAddress: string,
  { now, mayGoOn }: Moment,
): Promise<Taken> {
  const place = { runId: run.id, number: attempt.number };
  try {
    const bucket = openExchange(exchangeAddress);
    await takeEvents(bucket, place, attempt.eventsIngested, mayGoOn);
    await takeSmall(bucket, place, "outcome.json", 1024 * 1024);
    if ((await sizeOf(attemptFile(place, "manifest.json"))) !== null) return "here";
    // Who wants a run to end does not wait for its outputs.
    if (run.cancelRequestedAt) return "here";
    const manifest = await bucket.read(attemptKey(place, "manifest.json"), largestManifestBytes);
    if (manifest === null) return "here";
    if (manifest === "too_large") throw new Damaged("manifest.json is too large");
    const state = await advanceTransfer(run, attempt, "taking-over", (report, signal) =>
      takeOutputs(bucket, place, Buffer.from(manifest).toString(), report, signal),
    );
    if (state === "done") return "here";
    await showWaiting(attempt, "outputs_fetching", now);
    return { advance: { againIn: timing.tick } };
  } catch (error) {
    if (error instanceof StoreFault) return { fault: error };
    if (error instanceof Damaged) {
      await endAttempt(
        run,
        attempt,
        { state: "failed", code: "manifest_invalid", detail: error.message, retry: "again" },
        now,
      );
      return { advance: "moved" };
    }
    if (error instanceof NoRoom || (error as NodeJS.ErrnoException).code === "ENOSPC") {
      await showWaiting(attempt, "studio_disk_full", now);
      return { advance: { againIn: timing.waitingTick } };
    }
    throw error;
  }
}

class NoRoom extends Error {}

async function takeEvents(bucket: Bucket, place: AttemptPlace, taken: number, mayGoOn: () => boolean): Promise<void> {
  for (let number = taken + 1; mayGoOn(); number++) {
    const name = eventFileName(number);
    if (!(await takeSmall(bucket, place, `events/${name}`, largestEventFileBytes))) return;
  }
}

/** Whether the file is here now. One that is too large is taken in as one that can't be read. */
async function takeSmall(bucket: Bucket, place: AttemptPlace, name: string, limitBytes: number): Promise<boolean> {
  const file = attemptFile(place, name);
  if ((await sizeOf(file)) !== null) return true;
  const content = await bucket.read(attemptKey(place, name), limitBytes);
  if (content === null) return false;
  await writeWhole(file, content === "too_large" ? "too large\n" : content);
  return true;
}

async function takeOutputs(
  bucket: Bucket,
  place: AttemptPlace,
  text: string,
  report: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const files = filesOf(text);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const missing: typeof files = [];
  let done = 0;
  for (const file of files) {
    // A file lies under its name only once its SHA-256 was found right.
    if ((await sizeOf(attemptFile(place, file.path))) === file.bytes) done += file.bytes;
    else missing.push(file);
  }
  const { bavail, bsize } = await statfs(storeRoot());
  if (total - done > bavail * bsize) throw new NoRoom();
  const waiting = [...missing];
  const lane = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal.throwIfAborted();
      await take(file);
    }
  };
  const take = async ({ path, bytes, sha256 }: (typeof files)[number], isSecond = false): Promise<void> => {
    let counted = 0;
    const onBytes = (more: number) => {
      counted += more;
      done += more;
      report(done, total);
    };
    try {
      const key = attemptKey(place, path);
      await fetchFile(bucket, key, { file: attemptFile(place, path), bytes, sha256 }, { onBytes, signal });
    } catch (error) {
      // Once more: it may have happened on the way.
      if (!(error instanceof Damaged) || isSecond) throw error;
      done -= counted;
      await take({ path, bytes, sha256 }, true);
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  signal.throwIfAborted();
  await writeWhole(attemptFile(place, "manifest.json"), text);
}

/** What the manifest says has to be fetched; of one that is none nothing: it is refused when it is verified. */
function filesOf(text: string) {
  try {
    const { files } = manifestSchema.parse(JSON.parse(text));
    const inside = (path: string) =>
      path.startsWith("outputs/") && !path.includes("\0") && !path.split("/").includes("..");
    return files.every(({ path }) => inside(path)) ? files : [];
  } catch {
    return [];
  }
}
