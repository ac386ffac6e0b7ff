import { createTranslator } from "next-intl";
import { messagesOf } from "@/messages";
import type { ProblemField, ProblemValues } from "../problem";
import type { Locale } from "./locale";

type Errors = ReturnType<typeof messagesOf>["errors"];
type FieldCode = keyof Errors["fields"];
type ErrorCode = Exclude<keyof Errors, "fields">;

/** The sentence of a problem's code. A code without a sentence is a fault that a test finds (messages/messages.test.ts). */
export async function translateProblem(
  problem: { code: string; values: ProblemValues },
  locale: Locale,
): Promise<string> {
  const messages = messagesOf(locale);
  const code = (isErrorCode(problem.code, messages.errors) ? problem.code : "unexpected") as ErrorCode;
  const translate = createTranslator({ locale, messages, namespace: "errors" });
  return translate(code, { id: problem.code, ...problem.values } as never);
}

/** What is wrong with each field, in the person's language; what has no code keeps its own words. */
export function translateFields(fields: readonly ProblemField[], locale: Locale): { path: string; message: string }[] {
  const messages = messagesOf(locale);
  const translate = createTranslator({ locale, messages, namespace: "errors" });
  return fields.map(({ path, message, code, values }) => {
    if (code && code in messages.errors.fields) {
      return { path, message: translate(`fields.${code as FieldCode}`, values as never) };
    }
    if (code && isErrorCode(code, messages.errors)) return { path, message: translate(code, values as never) };
    return { path, message };
  });
}

function isErrorCode(code: string, errors: Errors): code is ErrorCode {
  return code !== "fields" && Object.hasOwn(errors, code);
}
