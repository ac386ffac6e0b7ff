"use client";

import { useFormatter, useTranslations } from "next-intl";
import { LineChart } from "@/components/charts/line-chart";
import { KeyFigure } from "@/components/ui/figure";
import type { SamplePlan } from "@/lib/corpus/schema";

/** What a sample is expected to bring, and what work it means. */
export function PlanView({ plan, size, stale }: { plan: SamplePlan; size: number; stale?: boolean }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const half = (value: number) => `± ${format.number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 })}`;
  const hours = format.number(plan.personHours, { maximumFractionDigits: plan.personHours < 10 ? 1 : 0 });
  return (
    <section aria-label={t("plan")} aria-busy={stale} className={`flex flex-col gap-4 ${stale ? "opacity-60" : ""}`}>
      <h3 className="font-semibold">{t("plan")}</h3>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4" aria-live="polite">
        <KeyFigure label="F1">{half(plan.halfWidths.f1)}</KeyFigure>
        <KeyFigure label="Precision">{half(plan.halfWidths.precision)}</KeyFigure>
        <KeyFigure label="Recall">{half(plan.halfWidths.recall)}</KeyFigure>
        <KeyFigure
          label={t("personHours")}
          note={t("personHoursNote", {
            decisions: plan.decisions,
            minutes: format.number(plan.minutesPerLabel, { maximumFractionDigits: 2 }),
          })}
        >
          {t("hours", { hours })}
        </KeyFigure>
      </div>
      <p className="text-sm text-muted">
        {t(`planMethods.${plan.method}`)} {t(`paces.${plan.pace}`)}{" "}
        {plan.anytimeF1 === null ? null : t("anytime", { half: half(plan.anytimeF1) })}
      </p>
      {plan.curve.length > 1 ? (
        <LineChart
          title={t("curve")}
          description={t("curveHint")}
          height={200}
          x={{
            label: t("labels"),
            logarithmic: true,
            domain: [plan.curve[0]?.size ?? 1, plan.curve.at(-1)?.size ?? 1],
          }}
          y={{ label: t("halfWidth"), domain: [0, "auto"], format: { maximumFractionDigits: 3 } }}
          series={(["f1", "precision", "recall"] as const).map((measure) => ({
            id: measure,
            label: { f1: "F1", precision: "Precision", recall: "Recall" }[measure],
            points: plan.curve.map((point) => ({ x: point.size, y: point[measure] })),
          }))}
          marks={[{ value: size, label: t("thisSize") }]}
        />
      ) : null}
    </section>
  );
}
