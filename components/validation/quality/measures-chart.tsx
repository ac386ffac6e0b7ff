"use client";

import { useTranslations } from "next-intl";
import { PointIntervalChart } from "@/components/charts/point-interval-chart";
import { shownEstimate } from "@/lib/validation/quality/rules";
import { type LabelQuality, measures } from "@/lib/validation/quality/schema";

/** F1, precision, recall and accuracy side by side, with their intervals. */
export function MeasuresChart({ quality }: { quality: LabelQuality }) {
  const t = useTranslations("quality");
  const points = measures
    .filter((measure) => measure !== "prevalence")
    .flatMap((measure) => {
      const estimate = shownEstimate(quality, measure);
      if (!estimate) return [];
      return [
        { id: measure, label: t(`measures.${measure}`), value: estimate.value, ...estimate.interval, n: estimate.n },
      ];
    });
  if (points.length === 0) return null;
  return (
    <PointIntervalChart
      title={t("chart")}
      description={t("chartHint")}
      n={quality.figures.accuracy.estimate?.n}
      category={{ label: t("measure") }}
      x={{ label: t("value"), domain: [0, 1] }}
      points={points}
    />
  );
}
