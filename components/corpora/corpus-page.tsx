"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { HistogramChart } from "@/components/charts/histogram-chart";
import { Button, ButtonLink } from "@/components/ui/button";
import { KeyFigure } from "@/components/ui/figure";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, Notice, PageHeader } from "@/components/ui/surface";
import { cancelImportOperation, deleteFailedCorpusOperation, readCorpusOperation } from "@/lib/corpus/api";
import type { CorpusDetail, ValueCount } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { corpusTones } from "./corpus-list";
import { Documents } from "./documents";
import { ImportProgress } from "./import-progress";
import { RejectedLines } from "./rejected-lines";

export function CorpusPage(props: { studyId: string; initial: CorpusDetail; mayImport: boolean }) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  const queries = useQueryClient();
  const router = useRouter();
  const params = { studyId: props.studyId, corpusId: props.initial.id };
  const key = ["corpus", props.initial.id];
  const { data: corpus, error } = useQuery({
    queryKey: key,
    queryFn: () => call(readCorpusOperation, { params }),
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data?.state === "importing" ? 1000 : false),
  });
  const cancel = useMutation({
    mutationFn: (importId: string) => call(cancelImportOperation, { params: { studyId: props.studyId, importId } }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  const remove = useMutation({
    mutationFn: () => call(deleteFailedCorpusOperation, { params }),
    onSuccess: () => router.push(`/studies/${props.studyId}/corpora`),
  });
  const failure = corpus.import?.failureCode;
  return (
    <>
      <PageHeader
        title={
          <>
            {corpus.name} <Badge tone={corpusTones[corpus.state]}>{t(`states.${corpus.state}`)}</Badge>
          </>
        }
        description={
          corpus.madeByRunId ? (
            <Link className="text-accent underline" href={`/studies/${props.studyId}/runs/${corpus.madeByRunId}`}>
              {t("madeByRun")}
            </Link>
          ) : (
            corpus.description || corpus.import?.fileName
          )
        }
        actions={
          corpus.state === "importing" && props.mayImport ? (
            <Button
              variant="danger"
              busy={cancel.isPending}
              onClick={() => corpus.import && cancel.mutate(corpus.import.id)}
            >
              {t("cancelImport")}
            </Button>
          ) : corpus.state === "failed" && props.mayImport ? (
            <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              {t("removeEntry")}
            </Button>
          ) : corpus.state === "ready" ? (
            <ButtonLink variant="primary" href={`/studies/${props.studyId}/samples`}>
              {t("toSamples")}
            </ButtonLink>
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        <ProblemNotice error={error ?? cancel.error ?? remove.error} />
        {corpus.import?.state === "cancelled" ? <Notice tone="attention">{t("cancelledNotice")}</Notice> : null}
        {failure ? (
          <Notice tone="danger" title={t(`failureCodes.${failure}`)}>
            {corpus.import?.failureDetail ? (
              <p className="text-sm wrap-anywhere">{corpus.import.failureDetail}</p>
            ) : null}
          </Notice>
        ) : null}
        {corpus.state === "importing" && corpus.import ? <ImportProgress view={corpus.import} /> : null}
        {corpus.state === "ready" ? (
          <>
            <Card>
              <div className="grid gap-6 sm:grid-cols-2 lg:grid-cols-4">
                <KeyFigure label={t("documents")}>
                  <span className="tabular">{format.number(corpus.documents)}</span>
                </KeyFigure>
                <KeyFigure label={t("characters")}>
                  <span className="tabular">{format.number(corpus.characters)}</span>
                </KeyFigure>
                <KeyFigure label={t("duplicateTexts")}>
                  <span className="tabular">{format.number(corpus.duplicateTexts)}</span>
                </KeyFigure>
                <KeyFigure label={t("digest")}>
                  <code className="text-base" title={corpus.digest ?? undefined}>
                    {corpus.digest?.slice(7, 19) ?? "–"}
                  </code>
                </KeyFigure>
              </div>
            </Card>
            <div className="grid gap-6 xl:grid-cols-[2fr_1fr]">
              <Card>
                <HistogramChart
                  title={t("lengths")}
                  n={corpus.documents}
                  x={{ label: t("length"), unit: t("charactersUnit"), logarithmic: true }}
                  y={{ label: t("documents") }}
                  series={[{ id: "documents", label: t("documents") }]}
                  bins={corpus.lengthHistogram.map(({ from, to, documents }) => ({ from, to, counts: { documents } }))}
                />
              </Card>
              <Card title={t("sources")}>
                <Counts values={corpus.sources} />
                <h3 className="mt-4 mb-2 font-semibold">{t("languages")}</h3>
                <Counts values={corpus.languages} />
              </Card>
            </div>
          </>
        ) : null}
        {corpus.import && corpus.import.rejected > 0 ? (
          <RejectedLines studyId={props.studyId} view={corpus.import} />
        ) : null}
        {corpus.state === "ready" ? <Documents params={params} /> : null}
      </div>
    </>
  );
}

function Counts({ values }: { values: ValueCount[] }) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  return (
    <ul className="flex flex-col gap-1">
      {values.slice(0, 12).map(({ value, documents }) => (
        <li key={value ?? ""} className="flex justify-between gap-4">
          <span className="truncate">{value ?? t("unknown")}</span>
          <span className="tabular text-muted">{format.number(documents)}</span>
        </li>
      ))}
    </ul>
  );
}
