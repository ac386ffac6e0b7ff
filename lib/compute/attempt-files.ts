import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { storeRoot } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";

export type AttemptPlace = { runId: string; number: number };

/** The folder of an attempt in the artifact store; docs/runner-contract.md says what lies in it. */
function attemptFolder({ runId, number }: AttemptPlace): string {
  return path.join(storeRoot(), "runs", runId, "attempts", String(number));
}

export function attemptFile(place: AttemptPlace, ...names: string[]): string {
  return path.join(attemptFolder(place), ...names);
}

/** `cancel`: finish the step, write a checkpoint, end. `fenced`: another attempt takes over, end at once. */
export async function writeControl(place: AttemptPlace, sign: "cancel" | "fenced"): Promise<void> {
  await writeWhole(attemptFile(place, "control", sign), `${new Date().toISOString()}\n`);
}

/** A file's text; null where it does not exist. Throws for one that is larger than `limitBytes`. */
export async function readText(file: string, limitBytes: number): Promise<string | null> {
  const size = await sizeOf(file);
  if (size === null) return null;
  if (size > limitBytes) throw new FileTooLarge(`${path.basename(file)} has ${size} bytes, more than ${limitBytes}`);
  return readFile(file, "utf8");
}

export class FileTooLarge extends Error {
  override name = "FileTooLarge";
}

/** Bytes of a file; null where it does not exist or is no file. */
export async function sizeOf(file: string): Promise<number | null> {
  try {
    const info = await stat(file);
    return info.isFile() ? info.size : null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}
