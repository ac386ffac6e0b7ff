import { type RejectedLine, readJsonLines } from "@/lib/platform/read-json-lines";
import { type Question, questionSchema } from "./schema";

/** Reads a JSONL file of questions; a question whose answer is none of its choices is `answer_not_among_choices`. */
export function readQuestions(text: string): { questions: Question[]; rejected: RejectedLine[] } {
  const { rows, rejected } = readJsonLines(text, questionSchema, {
    normalise,
    check: ({ answer, choices }) => (Object.hasOwn(choices, answer) ? null : "answer_not_among_choices"),
  });
  return { questions: rows, rejected };
}

/** A word of another file for one of our parts; what is none of them is refused by the schema. */
function splitOf(split: unknown): unknown {
  if (split === undefined || split === null || split === "") return "test";
  const word = String(split).trim().toLowerCase();
  return word === "val" ? "validation" : word;
}

/** Of options that are numbered themselves it is one of these, else a place from 0 on. */
function labelOf(key: number, choices: unknown): string {
  const numbered = typeof choices === "object" && choices !== null && Object.hasOwn(choices, String(key));
  return numbered ? String(key) : String.fromCharCode(65 + key);
}

/** Files of others name the same things otherwise: `answerKey`, options as a list. */
function normalise(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  const row = json as Record<string, unknown>;
  const choices = Array.isArray(row.choices)
    ? Object.fromEntries(row.choices.map((choice, index) => [String.fromCharCode(65 + index), choice]))
    : row.choices;
  const key = row.answer ?? row.answerKey;
  const answer = typeof key === "number" ? labelOf(key, choices) : key;
  const { id, question } = row;
  return { id, subject: row.subject ?? "–", question, choices, answer, split: splitOf(row.split) };
}
