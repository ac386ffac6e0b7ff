"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Notice, PageHeader } from "@/components/ui/surface";
import { readRunOperation } from "@/lib/compute/api";
import { isOver } from "@/lib/compute/rules";
import type { RunView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { RunActions } from "./run-actions";
import { RunAttempts } from "./run-attempts";
import { RunCurves } from "./run-curves";
import { RunLineage } from "./run-lineage";
import { RunLog } from "./run-log";
import { RunNow } from "./run-now";
import { RunSettings } from "./run-settings";
import { RunState } from "./run-state";
import { RunSummary } from "./run-summary";
import { useTime } from "./sentences";

/** One run, live: asked for anew every two seconds until it is over. */
export function RunPage(props: { studyId: string; initial: RunView; mayStart: boolean }) {
  const t = useTranslations("runs");
  const time = useTime();
  const {
    data: run,
    isError,
    fetchStatus,
    dataUpdatedAt,
  } = useQuery({
    queryKey: ["run", props.initial.id],
    queryFn: () => call(readRunOperation, { params: { studyId: props.studyId, runId: props.initial.id } }),
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.state) ? false : 2000),
  });
  const cutOff = isError || fetchStatus === "paused";
  const place = { studyId: props.studyId, runId: run.id };
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {run.name} <RunState state={run.state} />
          </span>
        }
        description={`${t(`kinds.${run.kind}`)} · ${time(run.createdAt)} · ${run.backendName}${
          run.createdByName ? ` · ${run.createdByName}` : ""
        }`}
        actions={props.mayStart ? <RunActions studyId={props.studyId} run={run} /> : null}
      />
      <div className="flex flex-col gap-6">
        <div aria-live="polite" className="empty:hidden">
          {cutOff ? (
            <Notice tone="attention">{t("cutOff", { time: time(new Date(dataUpdatedAt).toISOString()) })}</Notice>
          ) : null}
        </div>
        <RunNow run={run} />
        <RunSummary run={run} />
        <RunCurves place={place} run={run} />
        <RunLog place={place} run={run} />
        <RunLineage studyId={props.studyId} run={run} />
        <RunSettings run={run} />
        <RunAttempts run={run} />
      </div>
    </>
  );
}
