"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { ChangeBudget } from "@/components/labelling/change-budget";
import { TokenSpending } from "@/components/labelling/token-spending";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Progress } from "@/components/ui/progress";
import { Badge, Card, Notice } from "@/components/ui/surface";
import {
  changeGenerationBudgetOperation,
  changeGenerationOperation,
  listOpenGenerationsOperation,
} from "@/lib/generations/api";
import type { EndpointGenerationSummary, GenerationMove } from "@/lib/generations/schema";
import { isAboutBudget } from "@/lib/labelling/rules";
import { call } from "@/lib/platform/http/call";

type Reason = Parameters<ReturnType<typeof useTranslations<"answers.reasons">>>[0];

/** What models behind endpoints are answering, live; once one is done, the page shows its answers. */
export function OpenGenerations(props: { studyId: string; initial: EndpointGenerationSummary[]; mayRun: boolean }) {
  const t = useTranslations("answers");
  const router = useRouter();
  const key = ["endpoint-generations", props.studyId];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: () => call(listOpenGenerationsOperation, { params: { studyId: props.studyId } }),
    initialData: { generations: props.initial },
    refetchInterval: (query) =>
      query.state.data?.generations.some(({ state }) => state === "queued" || state === "running") ? 2000 : false,
  });
  const { generations } = data;
  const before = useRef(generations.length);
  useEffect(() => {
    if (generations.length < before.current) router.refresh();
    before.current = generations.length;
  }, [generations.length, router]);
  if (generations.length === 0 && !error) return null;
  return (
    <Card title={t("byEndpoint")}>
      <ProblemNotice error={error} onRetry={() => refetch()} />
      <ul className="flex flex-col gap-6">
        {generations.map((generation) => (
          <li key={generation.id}>
            <OpenGeneration studyId={props.studyId} generation={generation} mayRun={props.mayRun} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function OpenGeneration(props: { studyId: string; generation: EndpointGenerationSummary; mayRun: boolean }) {
  const t = useTranslations("answers");
  const reasons = useTranslations("answers.reasons");
  const queries = useQueryClient();
  const { generation } = props;
  const change = useMutation({
    mutationFn: (move: GenerationMove) =>
      call(changeGenerationOperation, {
        params: { studyId: props.studyId, generationId: generation.id },
        body: { move },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["endpoint-generations", props.studyId] }),
  });
  const changeBudget = useMutation({
    mutationFn: (tokenBudget: number | null) =>
      call(changeGenerationBudgetOperation, {
        params: { studyId: props.studyId, generationId: generation.id },
        body: { tokenBudget },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["endpoint-generations", props.studyId] }),
  });
  const paused = generation.state === "paused";
  const label = `${generation.model} · ${generation.promptSetName}`;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 wrap-anywhere">
          <span className="font-semibold">{label}</span>{" "}
          <Badge tone={paused ? "attention" : "accent"}>{t(`states.${generation.state}`)}</Badge>
          <span className="block text-sm text-muted">
            {generation.endpointName}
            {generation.host ? ` · ${generation.host}` : ""}
          </span>
        </p>
        {props.mayRun ? (
          <span className="flex flex-wrap gap-2">
            <Button
              size="small"
              busy={change.isPending}
              onClick={() => change.mutate(paused ? "resume" : "pause")}
              aria-label={`${paused ? t("resume") : t("pause")}: ${label}`}
            >
              {paused ? t("resume") : t("pause")}
            </Button>
            <Button
              size="small"
              variant="danger"
              busy={change.isPending}
              onClick={() => change.mutate("cancel")}
              aria-label={`${t("cancel")}: ${label}`}
            >
              {t("cancel")}
            </Button>
          </span>
        ) : null}
      </div>
      <Progress
        label={t("progress")}
        done={generation.done}
        total={generation.total}
        unit={t("prompts")}
        secondsLeft={generation.secondsLeft}
      />
      <TokenSpending
        spending={generation.spending}
        action={
          props.mayRun ? (
            <ChangeBudget
              tokenBudget={generation.spending.tokenBudget}
              name={label}
              resumes={paused && isAboutBudget(generation.reason)}
              change={changeBudget.mutateAsync}
            />
          ) : null
        }
      />
      {generation.reason ? (
        <Notice tone={paused ? "attention" : "accent"}>
          <p>{reasons.has(generation.reason as Reason) ? reasons(generation.reason as Reason) : generation.reason}</p>
          {generation.reasonDetail ? (
            <p className="text-sm wrap-anywhere text-muted">{generation.reasonDetail}</p>
          ) : null}
        </Notice>
      ) : null}
      <ProblemNotice error={change.error} />
    </div>
  );
}
