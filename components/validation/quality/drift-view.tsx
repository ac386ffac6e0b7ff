"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { BandChart } from "@/components/charts/band-chart";
import { Figure } from "@/components/ui/figure";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { readDriftOperation } from "@/lib/validation/api";
import { type Drift, type DriftMeasure, driftMeasures, type QualityQuery } from "@/lib/validation/quality/schema";

type Params = { studyId: string; roundId: string };

/** Whether what people decide moves while the round goes on; asked for after the page, since it reads decisions. */
export function DriftView({ params, query }: { params: Params; query: Partial<QualityQuery> }) {
  const t = useTranslations("quality.drift");
  const { labelling } = query;
  const answer = useQuery({
    queryKey: ["quality-drift", params.roundId, labelling],
    queryFn: () => call(readDriftOperation, { params, query: { labelling } }),
  });
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton className="h-80" />;
  const drift = answer.data;
  if (drift.parts === 0) return <p className="text-muted">{t("tooFew")}</p>;
  return (
    <div className="flex flex-col gap-6">
      <div className="grid gap-6 lg:grid-cols-3">
        {driftMeasures.map((measure) => (
          <ShareChart key={measure} measure={measure} drift={drift} />
        ))}
      </div>
      <p className="max-w-[90ch] text-sm text-muted">{t("goldHint")}</p>
      <TrendTable drift={drift} />
      <details>
        <summary className="font-semibold">{t("table")}</summary>
        <PartTable drift={drift} />
      </details>
    </div>
  );
}

function ShareChart({ measure, drift }: { measure: DriftMeasure; drift: Drift }) {
  const t = useTranslations("quality.drift");
  const { shares } = drift.measures[measure];
  const points = shares.flatMap((share, index) =>
    share
      ? [
          {
            x: index + 1,
            y: share.value * 100,
            lower: share.interval.lower * 100,
            upper: share.interval.upper * 100,
          },
        ]
      : [],
  );
  const title = t(`measures.${measure}`);
  if (points.length === 0) {
    return (
      <section aria-label={title}>
        <h3 className="font-semibold">{title}</h3>
        <p className="text-muted">{t("none")}</p>
      </section>
    );
  }
  return (
    <BandChart
      title={title}
      n={shares.reduce((sum, share) => sum + (share?.n ?? 0), 0)}
      height={220}
      x={{ label: t("part"), domain: [1, drift.parts], format: { maximumFractionDigits: 0 } }}
      y={{ label: t("share"), unit: "%", domain: [0, 100], format: { maximumFractionDigits: 1 } }}
      series={[{ id: measure, label: title, points }]}
    />
  );
}

function TrendTable({ drift }: { drift: Drift }) {
  const t = useTranslations("quality.drift");
  const format = useFormatter();
  const points = (value: number) =>
    format.number(value * 100, { maximumFractionDigits: 1, signDisplay: "exceptZero" }).replace("-", "−");
  return (
    <div className="flex flex-col gap-2">
      <Table
        caption={t("title")}
        head={
          <>
            <HeadCell>{t("measure")}</HeadCell>
            <HeadCell number>n</HeadCell>
            <HeadCell number>
              {t("change")} ({t("points")})
            </HeadCell>
            <HeadCell number>{t("p")}</HeadCell>
          </>
        }
      >
        {driftMeasures.map((measure) => {
          const { trend } = drift.measures[measure];
          return (
            <tr key={measure}>
              <Cell>{t(`measures.${measure}`)}</Cell>
              <Cell number>{trend ? format.number(trend.n) : "–"}</Cell>
              <Cell number>
                {trend ? (
                  <>
                    <span className="font-semibold">{points(trend.change)}</span>{" "}
                    <span className="text-muted">
                      ({points(trend.interval.lower)} … {points(trend.interval.upper)})
                    </span>
                  </>
                ) : (
                  t("noChange")
                )}
              </Cell>
              <Cell number>
                {trend
                  ? trend.pValue < 0.001
                    ? t("small")
                    : format.number(trend.pValue, { maximumFractionDigits: 3, minimumFractionDigits: 3 })
                  : "–"}
              </Cell>
            </tr>
          );
        })}
      </Table>
      <p className="max-w-[90ch] text-sm text-muted">{t("trendHint")}</p>
    </div>
  );
}

function PartTable({ drift }: { drift: Drift }) {
  const t = useTranslations("quality.drift");
  const format = useFormatter();
  return (
    <Table
      caption={t("table")}
      head={
        <>
          <HeadCell number>{t("part")}</HeadCell>
          {driftMeasures.flatMap((measure) => [
            <HeadCell key={measure} number>
              {t(`measures.${measure}`)}
            </HeadCell>,
            <HeadCell key={`${measure} n`} number>
              n
            </HeadCell>,
          ])}
        </>
      }
    >
      {Array.from({ length: drift.parts }, (_, part) => part + 1).map((part) => (
        <tr key={part}>
          <Cell number>{format.number(part)}</Cell>
          {driftMeasures.flatMap((measure) => {
            const share = drift.measures[measure].shares[part - 1] ?? null;
            return [
              <Cell key={measure} number>
                <Figure estimate={share} percent />
              </Cell>,
              <Cell key={`${measure} n`} number>
                {format.number(share?.n ?? 0)}
              </Cell>,
            ];
          })}
        </tr>
      ))}
    </Table>
  );
}
