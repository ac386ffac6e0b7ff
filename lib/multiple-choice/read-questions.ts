import { damageOf } from "@/lib/platform/text-damage";
import { type Question, questionSchema } from "./schema";

export type QuestionFile = { questions: Question[]; rejected: { line: number; reason: string }[] };

/** Reads a JSONL file of questions; what does not fit is listed with its line (from 1) and why, the rest is kept. */
export function readQuestions(text: string): QuestionFile {
  const questions: Question[] = [];
  const rejected: { line: number; reason: string }[] = [];
  const ids = new Set<string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const reason = take(line, ids, questions);
    if (reason) rejected.push({ line: index + 1, reason });
  }
  return { questions, rejected };
}

function take(line: string, ids: Set<string>, questions: Question[]): string | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "not_json";
  }
  // What was not UTF-8 has become U+FFFD on its way.
  const damage = line.includes("\uFFFD") ? "invalid_utf8" : damageOf(json);
  if (damage) return damage;
  const parsed = questionSchema.safeParse(normalise(json));
  if (!parsed.success) return `wrong_shape:${parsed.error.issues[0]?.path.join(".") ?? ""}`;
  if (!(parsed.data.answer in parsed.data.choices)) return "answer_not_among_choices";
  if (ids.has(parsed.data.id)) return "duplicate_id";
  ids.add(parsed.data.id);
  questions.push(parsed.data);
  return null;
}

/** Files of others name the same things otherwise: `answerKey`, options as a list. */
function normalise(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  const row = json as Record<string, unknown>;
  const choices = Array.isArray(row.choices)
    ? Object.fromEntries(row.choices.map((choice, index) => [String.fromCharCode(65 + index), choice]))
    : row.choices;
  const key = row.answer ?? row.answerKey;
  const answer = typeof key === "number" ? String.fromCharCode(65 + key) : key;
  return { id: row.id, subject: row.subject ?? "–", question: row.question, choices, answer };
}
