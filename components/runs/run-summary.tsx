"use client";

import { useFormatter, useTranslations } from "next-intl";
import { HistogramChart } from "@/components/charts/histogram-chart";
import { KeyFigure } from "@/components/ui/figure";
import { Card } from "@/components/ui/surface";
import type { RunView } from "@/lib/compute/schema";
import { useWord } from "./sentences";

/** As a reader asks for them; the database keeps no order. */
const summaryOrder = [
  "documents",
  "kept",
  "tokens",
  "keptTokens",
  "trainDocuments",
  "tuneDocuments",
  "testDocuments",
  "trainedEpochs",
  "keptEpoch",
  "trainLoss",
  "tuneLoss",
  "parityMaxDifference",
  "temperature",
  "testLogLossUncalibrated",
  "testLogLoss",
  "steps",
  "tokensPerSecond",
  "heldOutLossBefore",
  "heldOutLossAfter",
  "tensors",
  "meanCosine",
  "minCosine",
  "questions",
  "correct",
  "answers",
  "meanTokens",
  "mixedShare",
  "declinedShare",
  "meanWords",
];

/** The kind's own key figures, once the run has succeeded. */
export function RunSummary({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const word = useWord("summaries");
  const figures = summaryOrder.flatMap((name) => {
    const value = run.summary[name];
    return typeof value === "number" ? [{ name, value }] : [];
  });
  if (figures.length === 0) return null;
  return (
    <Card title={t("summary")}>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-4">
        {figures.map(({ name, value }) => (
          <KeyFigure key={name} label={word(name)}>
            <span className="tabular">
              {format.number(value, Number.isInteger(value) ? {} : { maximumSignificantDigits: 5 })}
            </span>
          </KeyFigure>
        ))}
      </div>
      <EarlyStop run={run} />
      <ScoreHistogram counts={run.summary.histogram} />
    </Card>
  );
}

/** Of a classifier's training: that it ended before its last epoch, and which epoch's weights were kept. */
function EarlyStop({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  const { trainedEpochs: trained, keptEpoch: kept } = run.summary;
  const planned = run.spec.parameters.epochs;
  if (typeof trained !== "number" || typeof kept !== "number" || typeof planned !== "number") return null;
  if (trained === planned && kept === trained) return null;
  return (
    <p className="mt-4 text-muted">
      {trained < planned ? t("stoppedEarly", { trained, planned }) : null} {t("keptEpoch", { kept })}
    </p>
  );
}

/** Of a filtering run: how many documents got which score, in equal bins from 0 to 1. */
function ScoreHistogram({ counts }: { counts: unknown }) {
  const t = useTranslations("runs");
  if (!Array.isArray(counts) || !counts.every((count) => typeof count === "number")) return null;
  const bins = counts.map((count: number, index) => ({
    from: index / counts.length,
    to: (index + 1) / counts.length,
    counts: { documents: count },
  }));
  return (
    <div className="mt-6">
      <HistogramChart
        title={t("scoreHistogram")}
        n={counts.reduce((sum: number, count: number) => sum + count, 0)}
        x={{ label: t("score"), domain: [0, 1] }}
        y={{ label: t("documents") }}
        series={[{ id: "documents", label: t("documents") }]}
        bins={bins}
      />
    </div>
  );
}
