"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, Skeleton } from "@/components/ui/surface";
import type { LogLine, RunView } from "@/lib/compute/schema";
import { RunOutput } from "./run-output";
import { placeOf, useRunLog } from "./use-run-log";

/** The newest lines of the log, followed; older ones on demand. */
export function RunLog({ place, run }: { place: { studyId: string; runId: string }; run: RunView }) {
  const t = useTranslations("runs");
  const [onlyWarnings, setOnlyWarnings] = useState(false);
  const { log, older } = useRunLog(place, run, onlyWarnings ? "warning" : undefined);
  const lines = log.data?.lines ?? [];
  const before = log.data?.before ?? null;
  return (
    <Card
      title={t("log")}
      actions={
        run.warnings > 0 ? (
          <Checkbox
            label={t("onlyWarnings", { count: run.warnings })}
            checked={onlyWarnings}
            onChange={(event) => setOnlyWarnings(event.target.checked)}
          />
        ) : null
      }
    >
      <ProblemNotice error={log.error} onRetry={() => log.refetch()} />
      {log.isPending ? <Skeleton className="h-48" /> : null}
      {log.isSuccess && lines.length === 0 ? <p className="text-muted">{t("noLog")}</p> : null}
      <ProblemNotice error={older.error} />
      {before ? (
        <Button size="small" className="mb-2" busy={older.isPending} onClick={() => older.mutate(before)}>
          {t("older")}
        </Button>
      ) : null}
      {lines.length > 0 ? (
        // Reversed, so that it stays at the newest line until someone scrolls.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        <section aria-label={t("log")} tabIndex={0} className="flex max-h-96 flex-col-reverse overflow-y-auto">
          <ol lang="en" className="flex flex-col gap-1 text-sm">
            {lines.map((line) => (
              <Line key={placeOf(line)} line={line} />
            ))}
          </ol>
        </section>
      ) : null}
      <RunOutput place={place} run={run} />
    </Card>
  );
}

function Line({ line }: { line: LogLine }) {
  const format = useFormatter();
  return (
    <li className="flex gap-3 max-sm:flex-col max-sm:gap-0">
      <time dateTime={line.time} className="tabular shrink-0 text-muted">
        {format.dateTime(new Date(line.time), { timeStyle: "medium" })}
      </time>
      <span className="min-w-0 wrap-anywhere">
        {line.level === "warning" ? <Badge tone="attention">{line.code ?? line.level}</Badge> : null} {line.message}
      </span>
    </li>
  );
}
