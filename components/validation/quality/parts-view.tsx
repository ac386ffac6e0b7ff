"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { PointIntervalChart } from "@/components/charts/point-interval-chart";
import { Figure } from "@/components/ui/figure";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { readPartsOperation } from "@/lib/validation/api";
import { type Part, partMeasures, type QualityQuery } from "@/lib/validation/quality/schema";
import { useStratumName } from "../stratum-name";
import { useProblemText } from "./problem-text";

/** Beyond so many rows a chart says less than the table. */
const mostInChart = 24;
/** Letters of a source's name beside the chart; the table has all of them. */
const longestLabel = 40;

/** The LLM's labels in each stratum and each source; asked for after the page, since it counts rows. */
export function PartsView(props: { params: { studyId: string; roundId: string }; query: Partial<QualityQuery> }) {
  const t = useTranslations("quality");
  const { params, query } = props;
  const answer = useQuery({
    queryKey: ["quality-parts", params.roundId, query.labelling, query.target],
    queryFn: () => call(readPartsOperation, { params, query: { labelling: query.labelling, target: query.target } }),
  });
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton className="h-80" />;
  const { parts } = answer.data;
  if (!parts) return <p className="text-muted">{t("counting")}</p>;
  return (
    <div className="flex flex-col gap-6">
      {parts.strata.length > 1 ? (
        <PartGroup title={t("byStratum")} chart={t("f1ByStratum")} of={t("stratum")} parts={parts.strata} />
      ) : null}
      {parts.sources.length > 0 ? (
        <PartGroup title={t("bySource")} chart={t("f1BySource")} of={t("source")} parts={parts.sources} />
      ) : (
        <p className="text-muted">{t("noSources")}</p>
      )}
    </div>
  );
}

function usePartName(): (part: Part) => string {
  const t = useTranslations("quality");
  const stratumName = useStratumName();
  return (part) => {
    if (part.kind === "stratum") return stratumName(part.key);
    if (part.kind === "source") return part.key;
    return part.kind === "others" ? t("otherSources", { count: part.sources }) : t("noSource");
  };
}

function PartGroup(props: { title: string; chart: string; of: string; parts: Part[] }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const partName = usePartName();
  const problemText = useProblemText();
  const points = props.parts.flatMap((part) => {
    const { f1 } = part.figures;
    const name = partName(part);
    const label = name.length > longestLabel ? `${name.slice(0, longestLabel)}…` : name;
    return f1 ? [{ id: `${part.kind} ${part.key}`, label, value: f1.value, ...f1.interval, n: f1.n }] : [];
  });
  return (
    <section className="flex flex-col gap-3" aria-label={props.title}>
      <h3 className="font-semibold">{props.title}</h3>
      <Table
        caption={props.title}
        head={
          <>
            <HeadCell>{props.of}</HeadCell>
            {(["n", "TP", "FP", "FN", "TN"] as const).map((name) => (
              <HeadCell key={name} number>
                {name}
              </HeadCell>
            ))}
            <HeadCell number>{t("unsettled")}</HeadCell>
            {partMeasures.map((measure) => (
              <HeadCell key={measure} number>
                {t(`measures.${measure}`)}
              </HeadCell>
            ))}
          </>
        }
      >
        {props.parts.map((part) => {
          const { truePositive, falsePositive, falseNegative, trueNegative, unsettled } = part;
          const settled = truePositive + falsePositive + falseNegative + trueNegative;
          return (
            <tr key={`${part.kind} ${part.key}`}>
              <Cell className="min-w-40 max-w-80 wrap-anywhere">{partName(part)}</Cell>
              {[
                ["n", settled] as const,
                ["tp", truePositive] as const,
                ["fp", falsePositive] as const,
                ["fn", falseNegative] as const,
                ["tn", trueNegative] as const,
                ["open", unsettled] as const,
              ].map(([name, count]) => (
                <Cell key={name} number>
                  {format.number(count)}
                </Cell>
              ))}
              {part.problem ? (
                <Cell colSpan={partMeasures.length} className="min-w-60 text-sm text-muted">
                  {problemText(part.problem)}
                </Cell>
              ) : (
                partMeasures.map((measure) => (
                  <Cell key={measure} number>
                    <Figure estimate={part.figures[measure]} />
                  </Cell>
                ))
              )}
            </tr>
          );
        })}
      </Table>
      {points.length > 1 && points.length <= mostInChart ? (
        <PointIntervalChart
          title={props.chart}
          description={t("chartHint")}
          category={{ label: props.of }}
          x={{ label: t("measures.f1"), domain: [0, 1] }}
          points={points}
        />
      ) : null}
    </section>
  );
}
