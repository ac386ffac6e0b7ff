import { type RejectedLine, readJsonLines } from "@/lib/platform/read-json-lines";
import { type PromptLine, promptLineSchema } from "./schema";

/** Reads a JSONL file of prompts. */
export function readPrompts(text: string): { prompts: PromptLine[]; rejected: RejectedLine[] } {
  const { rows, rejected } = readJsonLines(text, promptLineSchema);
  return { prompts: rows, rejected };
}
