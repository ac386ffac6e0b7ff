"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Badge, Card, EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listSamplesOperation } from "@/lib/corpus/sampling/api";
import type { SampleSummary } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";

export const sampleTones = { drawing: "accent", ready: "done", failed: "danger", extending: "accent" } as const;

export function SampleList(props: { studyId: string; initial: SampleSummary[] }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const samples = useQuery({
    queryKey: ["samples", props.studyId],
    queryFn: async () => (await call(listSamplesOperation, { params: { studyId: props.studyId } })).samples,
    initialData: props.initial,
    refetchInterval: (query) =>
      query.state.data?.some(({ state }) => state === "drawing" || state === "extending") ? 1500 : false,
  });
  if (samples.data.length === 0) return <EmptyState title={t("none")}>{t("noneHint")}</EmptyState>;
  return (
    <Card title={t("title")}>
      <Table
        caption={t("title")}
        head={
          <>
            <HeadCell>{t("name")}</HeadCell>
            <HeadCell>{t("corpus")}</HeadCell>
            <HeadCell>{t("design")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell number>{t("items")}</HeadCell>
            <HeadCell number>{t("seed")}</HeadCell>
            <HeadCell>{t("created")}</HeadCell>
          </>
        }
      >
        {samples.data.map((sample) => (
          <tr key={sample.id}>
            <Cell>
              <Link
                className="font-semibold text-accent hover:underline"
                href={`/studies/${props.studyId}/samples/${sample.id}`}
              >
                {sample.name}
              </Link>
            </Cell>
            <Cell>{sample.corpusName}</Cell>
            <Cell>{t(`kinds.${sample.design.kind}`)}</Cell>
            <Cell>
              <Badge tone={sampleTones[sample.state]}>{t(`states.${sample.state}`)}</Badge>
            </Cell>
            <Cell number>{format.number(sample.state === "drawing" ? sample.drawn : sample.size)}</Cell>
            <Cell number>{sample.seed}</Cell>
            <Cell className="whitespace-nowrap">
              {format.dateTime(new Date(sample.createdAt), { dateStyle: "medium", timeStyle: "short" })}
            </Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
