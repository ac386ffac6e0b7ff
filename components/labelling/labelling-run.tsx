"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { KeyFigure } from "@/components/ui/figure";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Progress } from "@/components/ui/progress";
import { Badge, Card, Notice, PageHeader } from "@/components/ui/surface";
import { changeLabellingBudgetOperation, changeLabellingOperation, readLabellingOperation } from "@/lib/labelling/api";
import { isAboutBudget } from "@/lib/labelling/rules";
import type { LabellingRunSummary } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";
import { ChangeBudget } from "./change-budget";
import { labellingTones } from "./labelling-runs";
import { LlmLabels } from "./llm-labels";
import { LocalModelNotice } from "./local-model-notice";
import { TokenSpending } from "./token-spending";

type Reason = Parameters<ReturnType<typeof useTranslations<"labelling.reasons">>>[0];

export function LabellingRun(props: { studyId: string; initial: LabellingRunSummary; mayRun: boolean }) {
  const t = useTranslations("labelling");
  const reasons = useTranslations("labelling.reasons");
  const format = useFormatter();
  const queries = useQueryClient();
  const params = { studyId: props.studyId, labellingRunId: props.initial.id };
  const key = ["labelling-run", props.initial.id];
  const { data: run, error } = useQuery({
    queryKey: key,
    queryFn: () => call(readLabellingOperation, { params }),
    initialData: props.initial,
    refetchInterval: (query) => (["queued", "running"].includes(query.state.data?.state ?? "") ? 2000 : false),
  });
  const change = useMutation({
    mutationFn: (move: "pause" | "resume" | "cancel") => call(changeLabellingOperation, { params, body: { move } }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  const changeBudget = useMutation({
    mutationFn: (tokenBudget: number | null) => call(changeLabellingBudgetOperation, { params, body: { tokenBudget } }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  const done = run.medical + run.nonMedical + run.unusable;
  const live = run.state === "running" || run.state === "queued";
  const share = (count: number) =>
    done > 0 ? format.number(count / done, { style: "percent", maximumFractionDigits: 1 }) : "–";
  return (
    <>
      <PageHeader
        title={
          <>
            {t("runTitle", { sample: run.sampleName })}{" "}
            <Badge tone={labellingTones[run.state]}>{t(`states.${run.state}`)}</Badge>
          </>
        }
        description={`${run.endpointName} · ${t("promptName", { language: t(`languages.${run.promptLanguage}`), version: run.promptVersion })} · ${format.dateTime(new Date(run.createdAt), { dateStyle: "medium", timeStyle: "short" })}`}
        actions={
          props.mayRun ? (
            <>
              {live ? (
                <Button busy={change.isPending} onClick={() => change.mutate("pause")}>
                  {t("pause")}
                </Button>
              ) : null}
              {run.state === "paused" || run.state === "failed" ? (
                <Button variant="primary" busy={change.isPending} onClick={() => change.mutate("resume")}>
                  {t("resume")}
                </Button>
              ) : null}
              {live || run.state === "paused" ? (
                <Button variant="danger" busy={change.isPending} onClick={() => change.mutate("cancel")}>
                  {t("stop")}
                </Button>
              ) : null}
            </>
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        <ProblemNotice error={error ?? change.error} />
        {run.reason ? (
          <Notice tone={live ? "accent" : "attention"}>
            <p>{reasons.has(run.reason as Reason) ? reasons(run.reason as Reason) : run.reason}</p>
            {run.reasonDetail ? <p className="text-sm wrap-anywhere text-muted">{run.reasonDetail}</p> : null}
          </Notice>
        ) : null}
        {run.local ? <LocalModelNotice /> : null}
        <Card>
          <Progress
            label={t("progress")}
            done={done}
            total={run.total}
            unit={t("documents")}
            secondsLeft={run.secondsLeft}
          />
          <div className="mt-6 grid grid-cols-2 gap-6 lg:grid-cols-4">
            <KeyFigure label={t("medical")} note={share(run.medical)}>
              <span className="tabular">{format.number(run.medical)}</span>
            </KeyFigure>
            <KeyFigure label={t("nonMedical")} note={share(run.nonMedical)}>
              <span className="tabular">{format.number(run.nonMedical)}</span>
            </KeyFigure>
            <KeyFigure label={t("unusable")} note={share(run.unusable)}>
              <span className="tabular">{format.number(run.unusable)}</span>
            </KeyFigure>
            <KeyFigure label={t("speed")} note={t("perSecond")}>
              <span className="tabular">
                {run.labelsPerSecond === null
                  ? "–"
                  : format.number(run.labelsPerSecond, { maximumSignificantDigits: 2 })}
              </span>
            </KeyFigure>
          </div>
          <p className="mt-4 text-sm text-muted">{t("sharesHint")}</p>
        </Card>
        <Card title={t("spending.title")}>
          <TokenSpending
            spending={run.spending}
            action={
              props.mayRun && (live || run.state === "paused" || run.state === "failed") ? (
                <ChangeBudget
                  tokenBudget={run.spending.tokenBudget}
                  name={run.sampleName}
                  resumes={run.state === "paused" && isAboutBudget(run.reason)}
                  change={changeBudget.mutateAsync}
                />
              ) : null
            }
          />
        </Card>
        <LlmLabels studyId={props.studyId} labellingRunId={run.id} done={done} />
      </div>
    </>
  );
}
