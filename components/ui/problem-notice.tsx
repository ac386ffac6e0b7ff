"use client";

import { useTranslations } from "next-intl";
import { CallError } from "@/lib/platform/http/call";
import { Button } from "./button";
import { Notice } from "./surface";

/** What happened, what to do, and a way to try again. Give it the error of a query or mutation as it is. */
export function ProblemNotice(props: { error: unknown; onRetry?: () => void }) {
  const t = useTranslations("common");
  if (!props.error) return null;
  const problem = props.error instanceof CallError ? props.error.problem : null;
  const text = problem?.title ?? (props.error instanceof CallError ? t("noConnection") : t("fault"));
  return (
    <Notice
      tone="danger"
      action={
        props.onRetry ? (
          <Button size="small" onClick={props.onRetry}>
            {t("tryAgain")}
          </Button>
        ) : null
      }
    >
      <p>{text}</p>
      {problem && problem.fields.length > 0 ? (
        <ul className="mt-1 list-disc pl-5 text-sm">
          {problem.fields.map((field) => (
            <li key={`${field.path}:${field.message}`}>
              <code>{field.path}</code>: {field.message}
            </li>
          ))}
        </ul>
      ) : null}
    </Notice>
  );
}
