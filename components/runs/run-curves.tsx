"use client";

import { useQueries } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { LineChart, type LineSeries } from "@/components/charts/line-chart";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Skeleton } from "@/components/ui/surface";
import { readMetricsOperation } from "@/lib/compute/api";
import { isOver } from "@/lib/compute/rules";
import type { MetricSeries, RunView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";
import { useWord } from "./sentences";

/** While a run lives its curves are asked for often: then fewer points are enough. */
const livePoints = 600;
/** Which curves share a chart, in this order; others follow, one each. */
const charts = [["loss", "held_out_loss"], ["learning_rate"], ["tokens_per_second"], ["memory_bytes"]];
const gibibyte = 1024 ** 3;

export function RunCurves({ place, run }: { place: { studyId: string; runId: string }; run: RunView }) {
  const t = useTranslations("runs");
  const over = isOver(run.state);
  const curves = useQueries({
    queries: run.metricNames.map((name) => ({
      // The revision changes with what the run tells: nothing new, nothing asked.
      queryKey: ["metrics", run.id, name, run.revision, over],
      queryFn: () =>
        call(readMetricsOperation, { params: place, query: { name, limit: over ? undefined : livePoints } }),
      placeholderData: (previous: MetricSeries | undefined) => previous,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const loaded = new Map(curves.flatMap(({ data }) => (data ? [[data.name, data] as const] : [])));
  const known = charts.flat();
  const groups = [...charts, ...run.metricNames.filter((name) => !known.includes(name)).map((name) => [name])];
  const error = curves.find((curve) => curve.error)?.error;
  if (run.metricNames.length === 0 && over) return null;
  return (
    <Card title={t("curves")}>
      <ProblemNotice error={error} />
      {run.metricNames.length === 0 ? <p className="text-muted">{t("noCurves")}</p> : null}
      <div className="grid gap-8 lg:grid-cols-2">
        {groups.map((names) => {
          const wanted = names.filter((name) => run.metricNames.includes(name));
          const present = wanted.flatMap((name) => loaded.get(name) ?? []);
          if (wanted.length === 0) return null;
          if (present.length < wanted.length && !error) return <Skeleton key={names[0]} className="h-80" />;
          return present.length > 0 ? <Curve key={names[0]} curves={present} /> : null;
        })}
      </div>
    </Card>
  );
}

function Curve({ curves }: { curves: MetricSeries[] }) {
  const t = useTranslations("runs");
  const word = useWord("metrics");
  const unit = useWord("metricUnits");
  const first = curves[0]?.name ?? "";
  const scale = first === "memory_bytes" ? gibibyte : 1;
  const unitText = unit(first);
  const series: LineSeries[] = curves.map(({ name, points }) => ({
    id: name,
    label: name === "loss" ? t("metrics.trainingLoss") : word(name),
    points: points.map(({ step, value }) => ({ x: step, y: value / scale })),
  }));
  return (
    <LineChart
      title={word(first)}
      n={curves.reduce((sum, { total }) => sum + total, 0)}
      x={{ label: t("step") }}
      y={{ label: word(first), unit: unitText === first ? undefined : unitText }}
      series={series}
    />
  );
}
