"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Badge, Card, EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listLabellingOperation } from "@/lib/labelling/api";
import type { LabellingRunSummary } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";

export const labellingTones = {
  queued: "neutral",
  running: "accent",
  paused: "attention",
  succeeded: "done",
  failed: "danger",
  cancelled: "neutral",
} as const;

const isLive = (run: LabellingRunSummary) => run.state === "running" || run.state === "queued";

export function LabellingRuns(props: { studyId: string; initial: LabellingRunSummary[] }) {
  const t = useTranslations("labelling");
  const format = useFormatter();
  const runs = useQuery({
    queryKey: ["labelling", props.studyId],
    queryFn: async () => (await call(listLabellingOperation, { params: { studyId: props.studyId } })).runs,
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data?.some(isLive) ? 3000 : false),
  });
  if (runs.data.length === 0) return <EmptyState title={t("noRun")}>{t("noRunHint")}</EmptyState>;
  return (
    <Card title={t("runs")}>
      <Table
        caption={t("runs")}
        head={
          <>
            <HeadCell>{t("started")}</HeadCell>
            <HeadCell>{t("sample")}</HeadCell>
            <HeadCell>{t("model")}</HeadCell>
            <HeadCell>{t("prompt")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell number>{t("done")}</HeadCell>
            <HeadCell number>{t("medical")}</HeadCell>
            <HeadCell number>{t("unusable")}</HeadCell>
          </>
        }
      >
        {runs.data.map((run) => {
          const done = run.medical + run.nonMedical + run.unusable;
          return (
            <tr key={run.id}>
              <Cell className="whitespace-nowrap">
                <Link
                  className="font-semibold text-accent hover:underline"
                  href={`/studies/${props.studyId}/labelling/${run.id}`}
                >
                  {format.dateTime(new Date(run.createdAt), { dateStyle: "medium", timeStyle: "short" })}
                </Link>
              </Cell>
              <Cell>{run.sampleName}</Cell>
              <Cell>{run.endpointName}</Cell>
              <Cell className="whitespace-nowrap">
                {t("promptName", { language: t(`languages.${run.promptLanguage}`), version: run.promptVersion })}
              </Cell>
              <Cell>
                <Badge tone={labellingTones[run.state]}>{t(`states.${run.state}`)}</Badge>
              </Cell>
              <Cell number>
                {format.number(done)} / {format.number(run.total)}
              </Cell>
              <Cell number>{format.number(run.medical)}</Cell>
              <Cell number>{format.number(run.unusable)}</Cell>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}
