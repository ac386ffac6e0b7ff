export type StatisticsErrorCode =
  | "invalid_argument"
  | "empty_input"
  | "unknown_stratum"
  | "duplicate_stratum"
  | "stratum_without_items"
  | "stratum_unsettled"
  | "stratum_with_one_item"
  | "too_few_observations"
  | "unknown_category"
  | "no_variation"
  | "unknown_model"
  | "models_not_connected"
  | "first_slot_not_identified"
  | "no_finite_fit";

/** Refused input. `code` is stable; the message is a sentence for the person who asked; `subjects` are the ids it is about. */
export class StatisticsError extends Error {
  override readonly name = "StatisticsError";

  constructor(
    readonly code: StatisticsErrorCode,
    message: string,
    readonly subjects: readonly string[] = [],
  ) {
    super(message);
  }
}

export function requireLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new StatisticsError("invalid_argument", `The confidence level must lie between 0 and 1, but is ${level}.`);
  }
}

export function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}

export function requireCount(count: number, what: string): void {
  if (!isCount(count)) {
    throw new StatisticsError("invalid_argument", `${what} must be a whole number of at least 0, but is ${count}.`);
  }
}

export function requireShare(share: number, what: string): void {
  if (!(share >= 0 && share <= 1)) {
    throw new StatisticsError("invalid_argument", `${what} must lie between 0 and 1, but is ${share}.`);
  }
}

export function requireFinite(value: number, what: string): void {
  if (!Number.isFinite(value)) {
    throw new StatisticsError("invalid_argument", `${what} must be a finite number, but is ${value}.`);
  }
}
