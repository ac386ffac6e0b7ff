import { type AttemptPlace, attemptFile, FileTooLarge, readText, sizeOf } from "../attempt-files";
import { type EventFile, parseEvents } from "./parse-events";

export const largestEventFileBytes = 32 * 1024 * 1024;
/** Enough to catch up quickly after a long stop, small enough for a short transaction. */
const filesABatch = 40;
const eventsABatch = 20_000;
/** How far beyond a missing file we look for later ones; by name, never by listing. */
const lookAhead = 8;

export const eventFileName = (number: number) => `${String(number).padStart(6, "0")}.jsonl`;

/** The next event files after `ingested`, in order and without gaps; empty where N + 1 is not there yet. */
export async function readNextEventFiles(place: AttemptPlace, ingested: number): Promise<EventFile[]> {
  const files: EventFile[] = [];
  let events = 0;
  for (let number = ingested + 1; files.length < filesABatch && events < eventsABatch; number++) {
    const file = await readEventFile(place, number);
    if (!file) break;
    files.push(file);
    events += file.events.length;
  }
  return files;
}

async function readEventFile(place: AttemptPlace, number: number): Promise<EventFile | null> {
  try {
    const content = await readText(attemptFile(place, "events", eventFileName(number)), largestEventFileBytes);
    return content === null ? null : parseEvents(number, content);
  } catch (error) {
    if (error instanceof FileTooLarge) return { number, events: [], damage: "too_large" };
    throw error;
  }
}

/**
 * For an attempt whose process has ended: whether files follow one that is missing. Answers the number of the first that
 * is there, or null where nothing follows.
 */
export async function findBeyondGap(place: AttemptPlace, ingested: number): Promise<number | null> {
  for (let number = ingested + 2; number <= ingested + 1 + lookAhead; number++) {
    if ((await sizeOf(attemptFile(place, "events", eventFileName(number)))) !== null) return number;
  }
  return null;
}
