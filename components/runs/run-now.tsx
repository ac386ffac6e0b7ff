"use client";

import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/surface";
import { isOver } from "@/lib/compute/rules";
import type { RunView } from "@/lib/compute/schema";
import { RunProgress } from "./run-progress";
import { useFailure, useWaiting } from "./sentences";

/** What the run does just now, what it waits for, or why it has failed. */
export function RunNow({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  const failure = useFailure();
  const waiting = useWaiting()(run);
  const last = run.attempts.findLast(({ state }) => state === "failed" || state === "lost");
  const between = !isOver(run.state) && last?.number === run.attempt;
  return (
    <div className="flex flex-col gap-3 empty:hidden">
      {run.state === "failed" ? (
        <Notice tone="danger" title={t("failedTitle")}>
          <p>{failure(run.failureCode ?? "job_failed")}</p>
          <Detail text={run.failureDetail} />
        </Notice>
      ) : null}
      {between ? (
        <Notice tone="attention" title={t("attemptFailed", { number: last.number })}>
          <p>{failure(last.failureCode ?? "job_failed")}</p>
          <Detail text={last.failureDetail} />
        </Notice>
      ) : null}
      {run.cancelRequested && !isOver(run.state) ? <Notice tone="attention">{t("cancelling")}</Notice> : null}
      {waiting ? <Notice tone="accent">{waiting}</Notice> : null}
      <RunProgress run={run} />
    </div>
  );
}

/** The runner's or Ray's own words, folded away: in English, and often long. */
export function Detail(props: { text: string | null; label?: string }) {
  const t = useTranslations("runs");
  if (!props.text) return null;
  return (
    <details className="mt-1 text-sm">
      <summary className="py-1 text-muted">{props.label ?? t("runnerSays")}</summary>
      <pre
        lang="en"
        className="mt-1 max-h-64 overflow-auto rounded-base bg-sunken p-2 wrap-anywhere whitespace-pre-wrap"
      >
        {props.text}
      </pre>
    </details>
  );
}
