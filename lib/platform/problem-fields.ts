import type { z } from "zod";
import type { ProblemField, ProblemValues } from "./problem";

type Issue = z.core.$ZodIssue;
type Told = { code: string; values?: ProblemValues };

/** What a schema found wrong with `value`, field by field, as codes that stand in messages/LOCALE/errors.json. */
export function fieldsOfIssues(issues: readonly Issue[], value: unknown): ProblemField[] {
  return issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
    ...tell(issue, valueAt(value, issue.path)),
  }));
}

/** The code of a rule between fields (`warmup_too_long`), where it is one that was broken first. */
export function brokenRuleOf([first]: readonly Issue[]): string | null {
  return first?.code === "custom" && typeof first.params?.code === "string" ? first.params.code : null;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
}

function tell(issue: Issue, value: unknown): Told {
  switch (issue.code) {
    case "invalid_type":
      return value === undefined ? { code: "missing" } : { code: "wrong_type", values: { expected: issue.expected } };
    case "too_big":
      return tellLargest(issue);
    case "too_small":
      return tellSmallest(issue);
    case "invalid_format":
      return { code: "wrong_format", values: { format: issue.format } };
    case "invalid_value":
      return value === undefined
        ? { code: "missing" }
        : { code: "not_among", values: { values: issue.values.map(String).join(", ") } };
    case "unrecognized_keys":
      return { code: "unknown_keys", values: { keys: issue.keys.join(", ") } };
    case "custom":
      return { code: brokenRuleOf([issue]) ?? "wrong" };
    default:
      return { code: "wrong" };
  }
}

function tellLargest({ origin, maximum, inclusive }: Extract<Issue, { code: "too_big" }>): Told {
  const values = { maximum: Number(maximum) };
  if (origin === "string") return { code: "too_long", values };
  if (origin === "array" || origin === "set") return { code: "too_many", values };
  return { code: inclusive === false ? "not_below" : "too_big", values };
}

function tellSmallest({ origin, minimum, inclusive }: Extract<Issue, { code: "too_small" }>): Told {
  const values = { minimum: Number(minimum) };
  if (origin === "string") return { code: "too_short", values };
  if (origin === "array" || origin === "set") return { code: "too_few", values };
  return { code: inclusive === false ? "not_above" : "too_small", values };
}
