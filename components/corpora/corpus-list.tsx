"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Badge, Card, EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listCorporaOperation } from "@/lib/corpus/api";
import type { CorpusSummary } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { ImportProgress } from "./import-progress";

export const corpusTones = { importing: "accent", ready: "done", failed: "danger" } as const;

export function CorpusList(props: { studyId: string; initial: CorpusSummary[] }) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  const corpora = useQuery({
    queryKey: ["corpora", props.studyId],
    queryFn: async () => (await call(listCorporaOperation, { params: { studyId: props.studyId } })).corpora,
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data?.some(({ state }) => state === "importing") ? 1500 : false),
  });
  if (corpora.data.length === 0) return <EmptyState title={t("none")}>{t("noneHint")}</EmptyState>;
  return (
    <Card title={t("title")}>
      <Table
        caption={t("title")}
        head={
          <>
            <HeadCell>{t("name")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell number>{t("documents")}</HeadCell>
            <HeadCell number>{t("characters")}</HeadCell>
            <HeadCell number>{t("rejected")}</HeadCell>
            <HeadCell number>{t("samples")}</HeadCell>
            <HeadCell>{t("created")}</HeadCell>
          </>
        }
      >
        {corpora.data.map((corpus) => (
          <tr key={corpus.id}>
            <Cell className="min-w-56">
              <Link
                className="font-semibold text-accent hover:underline"
                href={`/studies/${props.studyId}/corpora/${corpus.id}`}
              >
                {corpus.name}
              </Link>
              {corpus.import?.state === "running" ? <ImportProgress view={corpus.import} /> : null}
            </Cell>
            <Cell>
              <span className="flex flex-wrap gap-1">
                <Badge tone={corpusTones[corpus.state]}>{t(`states.${corpus.state}`)}</Badge>
                {corpus.madeByRunId ? <Badge>{t("filtered")}</Badge> : null}
              </span>
            </Cell>
            <Cell number>{format.number(corpus.documents)}</Cell>
            <Cell number>{format.number(corpus.characters, { notation: "compact", maximumSignificantDigits: 3 })}</Cell>
            <Cell number>{corpus.import ? format.number(corpus.import.rejected) : "–"}</Cell>
            <Cell number>{format.number(corpus.samples)}</Cell>
            <Cell className="whitespace-nowrap">
              {format.dateTime(new Date(corpus.createdAt), { dateStyle: "medium", timeStyle: "short" })}
            </Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
