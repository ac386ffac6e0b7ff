"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { PointIntervalChart } from "@/components/charts/point-interval-chart";
import { Field, Select } from "@/components/ui/field";
import { Figure } from "@/components/ui/figure";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { EmptyState, Notice, Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { compareLabellingsOperation } from "@/lib/validation/api";
import {
  type Comparison,
  type LabellingChoice,
  partMeasures,
  type QualityQuery,
} from "@/lib/validation/quality/schema";
import { HowComputed } from "./label-errors-view";
import { useLabellingName } from "./labelling-name";
import { useProblemText } from "./problem-text";
import { useChoose } from "./use-choose";

type Params = { studyId: string; roundId: string };

/** A second labelling run, chosen here and kept in the address, against the one that the page is about. */
export function ComparisonView(props: { params: Params; query: Partial<QualityQuery>; labellings: LabellingChoice[] }) {
  const t = useTranslations("quality");
  const labellingName = useLabellingName();
  const { pending, choose } = useChoose();
  const { params, query } = props;
  const others = props.labellings.filter((run) => run.id !== query.labelling);
  if (others.length === 0) return <EmptyState title={t("oneLabelling")}>{t("oneLabellingHint")}</EmptyState>;
  const second = others.find((run) => run.id === query.second)?.id;
  return (
    <div className="flex flex-col gap-4" aria-busy={pending}>
      <div className="max-w-xl">
        <Field label={t("secondLabelling")}>
          <Select value={second ?? ""} onChange={(event) => choose("second", event.target.value)}>
            <option value="">{t("noSecond")}</option>
            {others.map((run) => (
              <option key={run.id} value={run.id}>
                {labellingName(run)}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      {second ? <Differences params={params} query={{ ...query, second }} /> : null}
    </div>
  );
}

function Differences({ params, query }: { params: Params; query: Partial<QualityQuery> & { second: string } }) {
  const t = useTranslations("quality");
  const { labelling, target, second } = query;
  const answer = useQuery({
    queryKey: ["quality-comparison", params.roundId, labelling, second, target],
    queryFn: () => call(compareLabellingsOperation, { params, query: { labelling, target, second } }),
  });
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton className="h-60" />;
  const { comparison } = answer.data;
  return comparison ? (
    <ComparisonTable comparison={comparison} />
  ) : (
    <p className="text-muted">{t("comparisonWaits")}</p>
  );
}

function ComparisonTable({ comparison }: { comparison: Comparison }) {
  const t = useTranslations("quality");
  const problemText = useProblemText();
  const { documents, firstRight, secondRight, problem } = comparison;
  const points = partMeasures.flatMap((measure) => {
    const { difference } = comparison.measures[measure];
    if (!difference) return [];
    return [
      {
        id: measure,
        label: t(`measures.${measure}`),
        value: difference.value,
        ...difference.interval,
        n: difference.n,
      },
    ];
  });
  const widest = Math.max(0, ...points.flatMap(({ lower, upper }) => [Math.abs(lower), Math.abs(upper)]));
  const end = Math.max(0.1, Math.ceil(widest * 10) / 10);
  return (
    <>
      <p className="max-w-[90ch] text-muted">
        {t("comparisonRows", { documents, differing: firstRight + secondRight, firstRight, secondRight })}
      </p>
      {problem ? <Notice tone="attention">{problemText(problem)}</Notice> : null}
      <Table
        caption={t("comparison")}
        head={
          <>
            <HeadCell>{t("measure")}</HeadCell>
            <HeadCell number>{t("firstRun")}</HeadCell>
            <HeadCell number>{t("secondRun")}</HeadCell>
            <HeadCell number>{t("difference")}</HeadCell>
            <HeadCell number>n</HeadCell>
          </>
        }
      >
        {partMeasures.map((measure) => {
          const { first, second, difference } = comparison.measures[measure];
          return (
            <tr key={measure}>
              <Cell>{t(`measures.${measure}`)}</Cell>
              <Cell number>
                <Figure estimate={first} />
              </Cell>
              <Cell number>
                <Figure estimate={second} />
              </Cell>
              <Cell number>
                <Figure estimate={difference} />
              </Cell>
              <Cell number>{difference?.n ?? "–"}</Cell>
            </tr>
          );
        })}
      </Table>
      {points.length > 0 ? (
        <PointIntervalChart
          title={t("differencesChart")}
          description={t("chartHint")}
          n={documents}
          category={{ label: t("measure") }}
          x={{ label: t("difference"), domain: [-end, end], format: { maximumFractionDigits: 2 } }}
          reference={{ value: 0, label: t("noDifference") }}
          points={points}
        />
      ) : null}
      <HowComputed>{t("differenceComputed")}</HowComputed>
    </>
  );
}
