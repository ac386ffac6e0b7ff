"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Skeleton } from "@/components/ui/surface";
import { previewSampleOperation } from "@/lib/corpus/sampling/api";
import { type PlanOptions, planOptionsSchema, type SamplePreview, samplePreviewSchema } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { AssumptionFields } from "./design-fields";
import type { DesignState } from "./design-state";
import { PlanView } from "./plan-view";
import { StrataTable } from "./strata-table";
import { useSettled } from "./use-settled";

/** What a design would draw and bring, as the form stands; null where the form is not filled in yet. */
export function useDesignPreview(studyId: string, draft: { corpusId?: string; design: unknown; plan: PlanOptions }) {
  const parsed = samplePreviewSchema.safeParse(draft);
  const text = useSettled(JSON.stringify(parsed.success ? parsed.data : null));
  const query = useQuery({
    queryKey: ["sample-preview", studyId, text],
    queryFn: ({ signal }) =>
      call(previewSampleOperation, { params: { studyId }, body: JSON.parse(text) as SamplePreview, signal }),
    enabled: text !== "null",
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  return {
    query,
    body: parsed.success ? parsed.data : null,
    planWrong: !planOptionsSchema.safeParse(draft.plan).success,
    settled: text === JSON.stringify(parsed.success ? parsed.data : null),
  };
}

type Props = {
  preview: ReturnType<typeof useDesignPreview>;
  state: DesignState;
  change: (part: Partial<DesignState>) => void;
  /** of the documents that are there, in the corpus or in the draw */
  populationLabel: string;
};

/** Assumptions, plan and strata below the fields of a design. */
export function DesignPreview({ preview, state, change, populationLabel }: Props) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const { query } = preview;
  const plan = query.data?.plan ?? null;
  const drawn = query.data?.strata.reduce((sum, stratum) => sum + stratum.sampleSize, 0) ?? 0;
  const minutes = plan ? format.number(plan.minutesPerLabel, { maximumFractionDigits: 2 }) : "–";
  const stale = query.isFetching || !preview.settled;
  return (
    <>
      <AssumptionFields
        state={state}
        change={change}
        prevalence={plan?.assumptions.prevalenceFollows ? plan.assumptions.prevalence : null}
        minutes={plan?.pace === "measured" ? t("minutesMeasured", { minutes }) : t("minutesAssumed")}
      />
      {preview.body ? null : <p className="text-danger">{preview.planWrong ? t("planWrong") : t("designWrong")}</p>}
      <ProblemNotice error={query.error} />
      {query.isPending && query.fetchStatus !== "idle" ? <Skeleton className="h-40" /> : null}
      {query.data && !query.isError ? (
        <>
          {plan ? <PlanView plan={plan} size={drawn} stale={stale} /> : null}
          <StrataTable strata={query.data.strata} populationLabel={populationLabel} />
        </>
      ) : null}
    </>
  );
}
