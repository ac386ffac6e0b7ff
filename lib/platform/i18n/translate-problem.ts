import { createTranslator } from "next-intl";
import { messagesOf } from "@/messages";
import type { ProblemValues } from "../problem";
import type { Locale } from "./locale";

type ErrorCode = keyof ReturnType<typeof messagesOf>["errors"];

/** The sentence of a problem's code. A code without a sentence is a fault that a test finds (messages/messages.test.ts). */
export async function translateProblem(
  problem: { code: string; values: ProblemValues },
  locale: Locale,
): Promise<string> {
  const messages = messagesOf(locale);
  const code = (problem.code in messages.errors ? problem.code : "unexpected") as ErrorCode;
  const translate = createTranslator({ locale, messages, namespace: "errors" });
  return translate(code, { id: problem.code, ...problem.values } as never);
}
