"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { readOutputOperation } from "@/lib/compute/api";
import { isOver } from "@/lib/compute/rules";
import type { RunView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";

/** What the process itself writes, folded away; asked for only while it is open. */
export function RunOutput({ place, run }: { place: { studyId: string; runId: string }; run: RunView }) {
  const t = useTranslations("runs");
  const [open, setOpen] = useState(false);
  const over = isOver(run.state);
  const output = useQuery({
    queryKey: ["output", run.id, run.attempt, over],
    queryFn: () => call(readOutputOperation, { params: place }),
    enabled: open,
    refetchInterval: over ? false : 3000,
    // While the backend is away, what it said before stays in sight.
    structuralSharing: (before, now) => {
      const [known, next] = [before, now] as ({ text: string; attempt: number } | undefined)[];
      return next && known && next.text === "" && next.attempt === known.attempt ? { ...next, text: known.text } : now;
    },
  });
  return (
    <details className="mt-3 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="py-1 text-muted">{t("output.title")}</summary>
      <ProblemNotice error={output.error} onRetry={() => output.refetch()} />
      {output.data && output.data.state !== "kept" ? (
        <p className="py-1 text-muted">{t(`output.${output.data.state}`)}</p>
      ) : null}
      {output.data?.state === "kept" && output.data.text === "" ? (
        <p className="py-1 text-muted">{t("output.empty")}</p>
      ) : null}
      {output.data?.text ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        <section aria-label={t("output.title")} tabIndex={0} className="flex max-h-96 flex-col-reverse overflow-y-auto">
          <pre lang="en" className="rounded-base bg-sunken p-2 wrap-anywhere whitespace-pre-wrap">
            {output.data.text}
          </pre>
        </section>
      ) : null}
    </details>
  );
}
