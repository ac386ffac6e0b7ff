"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { BandChart } from "@/components/charts/band-chart";
import { HistogramChart } from "@/components/charts/histogram-chart";
import { ButtonLink } from "@/components/ui/button";
import { Figure, KeyFigure } from "@/components/ui/figure";
import { useMethodText } from "@/components/ui/method-text";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Notice, PageHeader } from "@/components/ui/surface";
import { inspectClassifierOperation } from "@/lib/classifiers/api";
import { type ClassifierDetail, measures } from "@/lib/classifiers/schema";
import { call } from "@/lib/platform/http/call";
import { ConfusionMatrix } from "./confusion-matrix";
import { ErrorBrowser } from "./error-browser";
import { ThresholdForm } from "./threshold-form";
import { TryText } from "./try-text";

export function ClassifierPage(props: { studyId: string; classifier: ClassifierDetail; mayChange: boolean }) {
  const t = useTranslations("classifiers");
  const methodText = useMethodText();
  const { classifier } = props;
  const [threshold, setThreshold] = useState(classifier.threshold);
  const params = { studyId: props.studyId, classifierId: classifier.id };
  const inspection = useQuery({
    queryKey: ["inspection", classifier.id, threshold],
    queryFn: () => call(inspectClassifierOperation, { params, query: { threshold } }),
    initialData: threshold === classifier.threshold ? classifier.inspection : undefined,
    placeholderData: keepPreviousData,
  });
  const shown = inspection.data ?? classifier.inspection;
  const measured = classifier.judgedByPeople ? "measures" : "agreement";
  const methods = [...new Set(measures.flatMap((measure) => shown.figures[measure]?.method ?? []))].map((method) => {
    const alike = measures.filter((measure) => shown.figures[measure]?.method === method);
    const names = alike.map((measure) => t(`${measured}.${measure}`)).join(", ");
    return t("methodOf", { measures: names, method: methodText(method) });
  });
  const x = { label: t("threshold"), domain: [0, 1] as [number, number] };
  return (
    <>
      <PageHeader
        title={classifier.name}
        description={
          <>
            {t(`sources.${classifier.source}`)} ·{" "}
            {t("documentCounts", {
              train: classifier.documents.train,
              tune: classifier.documents.tune,
              test: classifier.documents.test,
            })}{" "}
            ·{" "}
            <Link className="text-accent underline" href={`/studies/${props.studyId}/runs/${classifier.runId}`}>
              {t("toRun")}
            </Link>
          </>
        }
        actions={
          <ButtonLink variant="primary" href={`/studies/${props.studyId}/filtering`}>
            {t("toFiltering")}
          </ButtonLink>
        }
      />
      <div className="flex flex-col gap-6">
        {classifier.judgedByPeople ? null : (
          <Notice tone="attention" title={t("agreementOnly")}>
            <p>{t("agreementOnlyHint")}</p>
          </Notice>
        )}
        <Card title={t("atThreshold")}>
          <div className="flex flex-col gap-6">
            <ThresholdForm
              key={classifier.threshold}
              params={params}
              chosen={classifier.threshold}
              reason={classifier.thresholdReason}
              threshold={threshold}
              onThreshold={setThreshold}
              mayChange={props.mayChange}
            />
            <ProblemNotice error={inspection.error} />
            {shown.problem ? (
              <Notice tone="attention">
                {shown.problem === "convenience_sample"
                  ? t("convenienceSample")
                  : t("noFigures", { code: shown.problem })}
              </Notice>
            ) : null}
            <div className="grid gap-6 sm:grid-cols-3 lg:grid-cols-5">
              {measures.map((measure) => (
                <KeyFigure key={measure} label={t(`${measured}.${measure}`)}>
                  <Figure estimate={shown.figures[measure] ?? null} />
                </KeyFigure>
              ))}
            </div>
            <p className="max-w-[90ch] text-sm text-muted">
              {t("howComputed", { test: classifier.documents.test })} {methods.join(" ")}
            </p>
            <ConfusionMatrix confusion={shown.confusion} />
          </div>
        </Card>
        <div className="grid gap-6 xl:grid-cols-2">
          {classifier.curve.length > 0 ? (
            <Card>
              <BandChart
                title={t("curve")}
                n={classifier.documents.test}
                x={x}
                y={{ label: t("share"), domain: [0, 1] }}
                series={(["precision", "recall"] as const).map((measure) => ({
                  id: measure,
                  label: t(`${measured}.${measure}`),
                  points: classifier.curve.map((point) => ({
                    x: point.threshold,
                    y: point[measure].value,
                    lower: point[measure].band.lower,
                    upper: point[measure].band.upper,
                  })),
                }))}
                marks={[{ value: threshold, label: t("threshold"), onMove: setThreshold }]}
              />
              <p className="mt-2 text-sm text-muted">{t("bandHint")}</p>
            </Card>
          ) : null}
          <Card>
            <HistogramChart
              title={t("histogram")}
              n={classifier.documents.test}
              x={{ label: t("score"), domain: [0, 1] }}
              y={{ label: t("documents") }}
              series={[
                { id: "medical", label: t("medical") },
                { id: "nonMedical", label: t("nonMedical") },
              ]}
              bins={classifier.histogram.map(({ from, to, medical, nonMedical }) => ({
                from,
                to,
                counts: { medical, nonMedical },
              }))}
              marks={[{ value: threshold, label: t("threshold"), onMove: setThreshold }]}
            />
          </Card>
        </div>
        {classifier.calibration.length > 0 ? (
          <Card>
            <BandChart
              title={t("calibration")}
              n={classifier.documents.test}
              x={{ label: t("meanScore"), domain: [0, 1] }}
              y={{ label: t("calibrationShare"), domain: [0, 1] }}
              series={[
                {
                  id: "found",
                  label: t("calibrationFound"),
                  points: classifier.calibration.map(({ meanScore, medical: { value, interval } }) => {
                    return { x: meanScore, y: value, ...interval };
                  }),
                },
                {
                  id: "ideal",
                  label: t("calibrationIdeal"),
                  points: classifier.calibration.map(({ meanScore: x }) => ({ x, y: x, lower: x, upper: x })),
                },
              ]}
            />
            <p className="mt-2 max-w-[90ch] text-sm text-muted">{t("calibrationHint")}</p>
          </Card>
        ) : null}
        <ErrorBrowser params={params} threshold={threshold} />
        <TryText params={params} />
      </div>
    </>
  );
}
