import type { ImportFailureCode } from "../schema";
import type { Rejects } from "./rejects";

/** An import that can't become a corpus, for a reason that a person can act on. */
export class ImportFailure extends Error {
  constructor(
    readonly code: ImportFailureCode,
    /** a column's name, or what the reader of the file says */
    readonly detail: string | null = null,
    /** the lines refused until then, where there are any to look at */
    readonly rejects: Rejects | null = null,
  ) {
    super(detail ? `${code}: ${detail}` : code);
    this.name = "ImportFailure";
  }
}

const zlibCodes = new Set(["Z_BUF_ERROR", "Z_DATA_ERROR", "Z_STREAM_ERROR", "ERR_TRAILING_JUNK_AFTER_STREAM_END"]);

/** The failure behind what Node and DuckDB throw; null where it is none of the known. */
export function failureOf(error: unknown): ImportFailure | null {
  if (error instanceof ImportFailure) return error;
  if (!(error instanceof Error)) return null;
  const code = "code" in error ? String(error.code) : "";
  if (code === "ENOSPC" || error.message.includes("No space left on device")) return new ImportFailure("store_full");
  if (code === "ENOENT") return new ImportFailure("file_missing");
  if (zlibCodes.has(code)) return new ImportFailure("file_damaged");
  return null;
}
