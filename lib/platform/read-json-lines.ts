import type { z } from "zod";
import { damageOf } from "./text-damage";

export type RejectedLine = { line: number; reason: string };

/**
 * Reads JSONL row by row; what does not fit is listed with its line (from 1) and why, the rest is kept. Reasons:
 * `not_json`, `invalid_utf8`, `nul_character`, `wrong_shape:FIELD`, `duplicate_id`, and what `check` answers.
 */
export function readJsonLines<Row extends { id: string }>(
  text: string,
  schema: z.ZodType<Row>,
  options: { normalise?: (json: unknown) => unknown; check?: (row: Row) => string | null } = {},
): { rows: Row[]; rejected: RejectedLine[] } {
  const { normalise = (json: unknown) => json, check = () => null } = options;
  const rows = new Map<string, Row>();
  const rejected: RejectedLine[] = [];
  const take = (line: string): string | null => {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      return "not_json";
    }
    // What was not UTF-8 has become U+FFFD on its way.
    const damage = line.includes("\uFFFD") ? "invalid_utf8" : damageOf(json);
    if (damage) return damage;
    const parsed = schema.safeParse(normalise(json));
    if (!parsed.success) return `wrong_shape:${parsed.error.issues[0]?.path.join(".") ?? ""}`;
    const refused = check(parsed.data) ?? (rows.has(parsed.data.id) ? "duplicate_id" : null);
    if (!refused) rows.set(parsed.data.id, parsed.data);
    return refused;
  };
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const reason = line.trim() === "" ? null : take(line);
    if (reason) rejected.push({ line: index + 1, reason });
  }
  return { rows: [...rows.values()], rejected };
}
