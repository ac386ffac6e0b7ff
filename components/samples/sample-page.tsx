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
import { DrawSubsample, ExtendDraw, type LabelsOption, type RoundOption } from "./draw-from-draw";
import { DrawsTable } from "./draws-table";
import { sampleTones } from "./sample-list";
import { StrataTable } from "./strata-table";

type Props = {
  studyId: string;
  initial: SampleSummary;
  mayDraw: boolean;
  labellings: LabelsOption[];
  rounds: RoundOption[];
};

/** A sample with its draws; one of them, by `?draw=`, with its strata and documents. */
export function SamplePage(props: Props) {
  const t = useTranslations("samples");
  const params = { studyId: props.studyId, sampleId: props.initial.id };
  const [number, setNumber] = useQueryState("draw", parseAsInteger.withDefault(1));
  const { data: sample, error } = useQuery({
    queryKey: ["sample", props.initial.id, number],
    queryFn: () => call(readSampleOperation, { params, query: { draw: number } }),
    initialData: props.initial.draw === number ? props.initial : undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (isDrawing(query.state.data) ? 1000 : false),
  });
  if (!sample) return error ? <ProblemNotice error={error} /> : <Skeleton className="h-64" />;
  const draw = sample.draws.find((one) => one.number === sample.draw);
  const usable = draw !== undefined && !draw.pending && sample.state !== "drawing" && sample.state !== "failed";
  const drawing = sample.state === "drawing" || draw?.pending;
  const available = sample.strata.reduce((sum, { populationSize }) => sum + populationSize, 0);
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
            {t(`kinds.${sample.design.kind}`)} · {t("seed")}{" "}
            {sample.design.kind === "subsample" ? sample.design.seed : sample.seed} ·{" "}
            <Link className="text-accent underline" href={`/studies/${props.studyId}/corpora/${sample.corpusId}`}>
              {sample.corpusName}
            </Link>
          </>
        }
        actions={
          usable && props.mayDraw && sample.design.kind !== "convenience" ? (
            <>
              {available > draw.size ? (
                <ExtendDraw {...params} draw={draw} available={available} busy={sample.state !== "ready"} />
              ) : null}
              {draw.parent === null ? (
                <DrawSubsample
                  {...params}
                  sampleSeed={sample.seed}
                  draw={draw}
                  labellings={props.labellings}
                  rounds={props.rounds}
                />
              ) : null}
            </>
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        <ProblemNotice error={error} />
        {sample.state === "failed" ? <Notice tone="danger">{t("failed")}</Notice> : null}
        {sample.state === "ready" && sample.failureCode ? <Notice tone="danger">{t("extensionFailed")}</Notice> : null}
        {drawing ? (
          <Progress label={t("drawing")} done={sample.drawn} total={sample.size} unit={t("documents")} />
        ) : null}
        {sample.design.kind === "convenience" ? <Notice tone="attention">{t("convenienceHint")}</Notice> : null}
        {sample.draws.length > 1 ? (
          <Card title={t("draws")}>
            <DrawsTable draws={sample.draws} chosen={sample.draw} onChoose={(chosen) => void setNumber(chosen)} />
            <p className="mt-3 max-w-[90ch] text-sm text-muted">{t("drawsHint")}</p>
          </Card>
        ) : null}
        {sample.strata.length > 0 && sample.design.kind !== "convenience" ? (
          <Card title={draw && sample.draws.length > 1 ? t("strataOf", { number: draw.number }) : t("strata")}>
            <StrataTable
              strata={sample.strata}
              {...(draw && draw.parent !== null
                ? { populationLabel: t("inDraw", { number: draw.parent }), probabilityLabel: t("shareOfDraw") }
                : {})}
            />
            <p className="mt-3 max-w-[90ch] text-sm text-muted">
              {draw?.parent == null ? t("probabilityHint") : t("twoPhaseHint", { number: draw.parent })}
            </p>
          </Card>
        ) : null}
        {usable ? <SampleItems studyId={props.studyId} sampleId={sample.id} draw={sample.draw} /> : null}
      </div>
    </>
  );
}

const isDrawing = (sample: SampleSummary | undefined) => sample?.state === "drawing" || sample?.state === "extending";

function SampleItems(props: { studyId: string; sampleId: string; draw: number }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const [after, setAfter] = useQueryState("after", parseAsInteger);
  const [shown, setShown] = useState<SampleItem | null>(null);
  const page = useQuery({
    queryKey: ["sample-items", props.sampleId, props.draw, after],
    queryFn: () =>
      call(listSampleItemsOperation, {
        params: { studyId: props.studyId, sampleId: props.sampleId },
        query: { draw: props.draw, after: after ?? undefined },
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
              <Cell number>
                {item.inclusionProbability === null
                  ? "–"
                  : format.number(item.inclusionProbability, { maximumSignificantDigits: 4 })}
              </Cell>
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
