"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsInteger, useQueryState } from "nuqs";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Progress } from "@/components/ui/progress";
import { Badge, Card, Notice, PageHeader, Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listSampleItemsOperation, readSampleOperation } from "@/lib/corpus/sampling/api";
import type { SampleItem, SampleSummary } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { sampleTones } from "./sample-list";
import { StrataTable } from "./strata-table";

export function SamplePage(props: { studyId: string; initial: SampleSummary }) {
  const t = useTranslations("samples");
  const params = { studyId: props.studyId, sampleId: props.initial.id };
  const { data: sample, error } = useQuery({
    queryKey: ["sample", props.initial.id],
    queryFn: () => call(readSampleOperation, { params }),
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data?.state === "drawing" ? 1000 : false),
  });
  return (
    <>
      <PageHeader
        title={
          <>
            {sample.name} <Badge tone={sampleTones[sample.state]}>{t(`states.${sample.state}`)}</Badge>
          </>
        }
        description={
          <>
            {t(`kinds.${sample.design.kind}`)} · {t("seed")} {sample.seed} ·{" "}
            <Link className="text-accent underline" href={`/studies/${props.studyId}/corpora/${sample.corpusId}`}>
              {sample.corpusName}
            </Link>
          </>
        }
      />
      <div className="flex flex-col gap-6">
        <ProblemNotice error={error} />
        {sample.state === "failed" ? <Notice tone="danger">{t("failed")}</Notice> : null}
        {sample.state === "drawing" ? (
          <Progress label={t("drawing")} done={sample.drawn} total={sample.size} unit={t("documents")} />
        ) : null}
        {sample.strata.length > 0 ? (
          <Card title={t("strata")}>
            <StrataTable strata={sample.strata} />
            <p className="mt-3 max-w-[90ch] text-sm text-muted">{t("probabilityHint")}</p>
          </Card>
        ) : null}
        {sample.state === "ready" ? <SampleItems studyId={props.studyId} sampleId={sample.id} /> : null}
      </div>
    </>
  );
}

function SampleItems(props: { studyId: string; sampleId: string }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const [after, setAfter] = useQueryState("after", parseAsInteger);
  const [shown, setShown] = useState<SampleItem | null>(null);
  const page = useQuery({
    queryKey: ["sample-items", props.sampleId, after],
    queryFn: () =>
      call(listSampleItemsOperation, {
        params: { studyId: props.studyId, sampleId: props.sampleId },
        query: { after: after ?? undefined },
      }),
    placeholderData: keepPreviousData,
  });
  const next = page.data?.next ?? null;
  return (
    <Card title={t("drawnDocuments")}>
      <ProblemNotice error={page.error} onRetry={() => page.refetch()} />
      {page.isPending ? <Skeleton className="h-64" /> : null}
      {page.data ? (
        <Table
          caption={t("drawnDocuments")}
          head={
            <>
              <HeadCell number>{t("number")}</HeadCell>
              <HeadCell>{t("document")}</HeadCell>
              <HeadCell>{t("by.source")}</HeadCell>
              <HeadCell number>{t("characters")}</HeadCell>
              <HeadCell number>{t("probability")}</HeadCell>
              <HeadCell number>{t("nearDuplicates")}</HeadCell>
            </>
          }
        >
          {page.data.items.map((item) => (
            <tr key={item.id}>
              <Cell number>{format.number(item.position + 1)}</Cell>
              <Cell className="max-w-xl min-w-64">
                <button
                  type="button"
                  className="line-clamp-2 text-left wrap-anywhere hover:underline"
                  onClick={() => setShown(item)}
                >
                  {item.text.slice(0, 300)}
                </button>
              </Cell>
              <Cell>{item.source ?? "–"}</Cell>
              <Cell number>{format.number(item.characters)}</Cell>
              <Cell number>{format.number(item.inclusionProbability, { maximumSignificantDigits: 4 })}</Cell>
              <Cell number>{item.nearDuplicates > 0 ? format.number(item.nearDuplicates) : "–"}</Cell>
            </tr>
          ))}
        </Table>
      ) : null}
      <div className="mt-4 flex gap-2">
        {after !== null ? <Button onClick={() => setAfter(null)}>{t("first")}</Button> : null}
        {next === null ? null : <Button onClick={() => setAfter(next)}>{t("next")}</Button>}
      </div>
      <Dialog open={shown !== null} onOpenChange={() => setShown(null)} title={shown?.documentId ?? ""}>
        <p className="font-serif text-document whitespace-pre-wrap wrap-anywhere">{shown?.text}</p>
      </Dialog>
    </Card>
  );
}
