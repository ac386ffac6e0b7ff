"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listRunsOperation } from "@/lib/compute/api";
import { isOver } from "@/lib/compute/rules";
import type { RunListItem } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { RunFilters, useRunFilters } from "./run-filters";
import { RunProgress } from "./run-progress";
import { RunState } from "./run-state";
import { useExactDuration, useTime, useWaiting } from "./sentences";

type Page = { runs: RunListItem[]; next: string | null };

/** A study's runs, filtered by the address; asks anew every two seconds while one of them lives. */
export function RunsTable(props: { studyId: string; initial: Page; initialFilters: string }) {
  const t = useTranslations("runs");
  const { filters, clear } = useRunFilters();
  const key = JSON.stringify(filters);
  const runs = useInfiniteQuery({
    queryKey: ["runs", props.studyId, filters],
    queryFn: ({ pageParam }) =>
      call(listRunsOperation, {
        params: { studyId: props.studyId },
        query: {
          state: filters.state || undefined,
          kind: filters.kind || undefined,
          search: filters.search || undefined,
          after: pageParam,
        },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page) => page.next ?? undefined,
    initialData: key === props.initialFilters ? { pages: [props.initial], pageParams: [undefined] } : undefined,
    placeholderData: (previous) => previous,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.runs.some((run) => !isOver(run.state))) ? 2000 : 15_000,
  });
  const rows = runs.data?.pages.flatMap((page) => page.runs) ?? [];
  const filtered = filters.state !== "" || filters.kind !== "" || filters.search !== "";
  if (!filtered && runs.isSuccess && rows.length === 0) {
    return <EmptyState title={t("none")}>{t("noneHint")}</EmptyState>;
  }
  return (
    <div className="flex flex-col gap-4">
      <RunFilters />
      <ProblemNotice error={runs.error} onRetry={() => runs.refetch()} />
      {runs.isSuccess && rows.length === 0 ? (
        <EmptyState title={t("noneMatch")} action={<Button onClick={clear}>{t("clearFilters")}</Button>} />
      ) : (
        <Table
          caption={t("title")}
          head={
            <>
              <HeadCell>{t("name")}</HeadCell>
              <HeadCell className="max-sm:hidden">{t("kind")}</HeadCell>
              <HeadCell>{t("state")}</HeadCell>
              <HeadCell className="sm:min-w-64">{t("progress")}</HeadCell>
              <HeadCell className="max-sm:hidden">{t("created")}</HeadCell>
              <HeadCell number className="max-sm:hidden">
                {t("duration")}
              </HeadCell>
              <HeadCell className="max-sm:hidden">{t("startedBy")}</HeadCell>
            </>
          }
        >
          {rows.map((run) => (
            <Row key={run.id} run={run} studyId={props.studyId} />
          ))}
        </Table>
      )}
      {runs.hasNextPage ? (
        <Button className="self-start" busy={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
    </div>
  );
}

function Row({ run, studyId }: { run: RunListItem; studyId: string }) {
  const t = useTranslations("runs");
  const time = useTime();
  const duration = useExactDuration();
  const waiting = useWaiting();
  // In a row there is room for the place alone; the run's page says what for.
  const waits = run.queue && run.waitingCode?.startsWith("queue_") ? t("queuePlace", run.queue) : waiting(run);
  return (
    <tr className="hover:bg-sunken">
      <Cell className="sm:min-w-56">
        <Link href={`/studies/${studyId}/runs/${run.id}`} className="font-semibold text-accent hover:underline">
          {run.name}
        </Link>
      </Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">{t(`kinds.${run.kind}`)}</Cell>
      <Cell>
        <span className="flex flex-wrap gap-1">
          <RunState state={run.state} />
          {run.priority === "normal" || isOver(run.state) ? null : (
            <Badge>{t("priorityBadge", { priority: t(`priorities.${run.priority}`) })}</Badge>
          )}
        </span>
      </Cell>
      <Cell>{waits ? <p className="text-sm text-muted">{waits}</p> : <RunProgress run={run} />}</Cell>
      <Cell className="tabular whitespace-nowrap max-sm:hidden">{time(run.createdAt)}</Cell>
      <Cell number className="max-sm:hidden">
        {run.startedAt && run.finishedAt ? duration(run.startedAt, run.finishedAt) : "–"}
      </Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">{run.createdByName ?? "–"}</Cell>
    </tr>
  );
}
