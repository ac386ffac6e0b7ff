import { damageOf } from "@/lib/platform/text-damage";
import { type PromptLine, promptLineSchema } from "./schema";

export type PromptFile = { prompts: PromptLine[]; rejected: { line: number; reason: string }[] };

/** Reads a JSONL file of prompts; what does not fit is listed with its line (from 1) and why, the rest is kept. */
export function readPrompts(text: string): PromptFile {
  const prompts: PromptLine[] = [];
  const rejected: { line: number; reason: string }[] = [];
  const ids = new Set<string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const reason = take(line, ids, prompts);
    if (reason) rejected.push({ line: index + 1, reason });
  }
  return { prompts, rejected };
}

function take(line: string, ids: Set<string>, prompts: PromptLine[]): string | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "not_json";
  }
  // What was not UTF-8 has become U+FFFD on its way.
  const damage = line.includes("\uFFFD") ? "invalid_utf8" : damageOf(json);
  if (damage) return damage;
  const parsed = promptLineSchema.safeParse(json);
  if (!parsed.success) return `wrong_shape:${parsed.error.issues[0]?.path.join(".") ?? ""}`;
  if (ids.has(parsed.data.id)) return "duplicate_id";
  ids.add(parsed.data.id);
  prompts.push(parsed.data);
  return null;
}
