"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { KeyFigure } from "@/components/ui/figure";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Skeleton } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { planRoundOperation } from "@/lib/validation/api";
import type { RoundPlan } from "@/lib/validation/sampling/schema";

/** What the open round is expected to bring and to cost; computed when somebody asks for it. */
export function RoundPlanCard(props: { studyId: string; roundId: string; convenience: boolean }) {
  const t = useTranslations("validation.plan");
  const [asked, setAsked] = useState(false);
  const { studyId, roundId } = props;
  const plan = useQuery({
    queryKey: ["round-plan", roundId],
    queryFn: ({ signal }) => call(planRoundOperation, { params: { studyId, roundId }, signal }),
    enabled: asked,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Card
      title={t("title")}
      actions={
        <Button busy={plan.isFetching} onClick={() => (asked ? void plan.refetch() : setAsked(true))}>
          {t(plan.data ? "again" : "compute")}
        </Button>
      }
    >
      <div aria-live="polite" aria-busy={plan.isFetching} className="flex flex-col gap-4">
        {plan.data ? null : <p className="text-muted">{t("hint")}</p>}
        <ProblemNotice error={plan.error} onRetry={() => void plan.refetch()} />
        {plan.isLoading ? <Skeleton className="h-32" /> : null}
        {plan.data ? <Plan plan={plan.data} convenience={props.convenience} /> : null}
      </div>
    </Card>
  );
}

function Plan({ plan, convenience }: { plan: RoundPlan; convenience: boolean }) {
  const t = useTranslations("validation.plan");
  const format = useFormatter();
  const share = (value: number) => format.number(value, { maximumFractionDigits: 3 });
  const half = (value: number) =>
    t("half", { half: format.number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 }) });
  const percent = (value: number) => format.number(value, { style: "percent" });
  const hours = (value: number) =>
    value > 0 && value < 0.1
      ? t("lessThan", { hours: format.number(0.1) })
      : t("hours", { hours: format.number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }) });
  const { precision, rest, stopRule, assumptions } = plan;
  return (
    <>
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-5">
        {precision ? (
          <>
            <KeyFigure label="F1">{half(precision.halfWidths.f1)}</KeyFigure>
            <KeyFigure label="Precision">{half(precision.halfWidths.precision)}</KeyFigure>
            <KeyFigure label="Recall">{half(precision.halfWidths.recall)}</KeyFigure>
          </>
        ) : null}
        <div className="col-span-2">
          <KeyFigure
            label={t("work")}
            note={t("workNote", {
              decisions: rest.decisions,
              seconds: format.number(plan.secondsPerDecision, { maximumFractionDigits: 0 }),
              pace: plan.pace,
            })}
          >
            {hours(rest.personHours)}
          </KeyFigure>
        </div>
      </div>
      {stopRule ? (
        <p>
          {stopRule.reached
            ? t("stopReached", {
                halfWidth: share(stopRule.halfWidth),
                documents: stopRule.reached.documents,
                all: plan.documents,
                decisions: stopRule.reached.decisions,
                hours: hours(stopRule.reached.personHours),
              })
            : t("stopMissed", {
                halfWidth: share(stopRule.halfWidth),
                atEnd: share(stopRule.atEnd),
                all: plan.documents,
              })}
        </p>
      ) : null}
      {precision ? (
        <p className="max-w-[90ch] text-sm text-muted">
          {t("method", { documents: plan.documents, method: precision.method })}{" "}
          {t("basis", {
            settled: plan.settled,
            precision: percent(assumptions.precision),
            recall: percent(assumptions.recall),
          })}
        </p>
      ) : (
        <p className="text-muted">{t(convenience ? "convenience" : "noLabels")}</p>
      )}
    </>
  );
}
