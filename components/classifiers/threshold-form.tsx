"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { setThresholdOperation } from "@/lib/classifiers/api";
import { call } from "@/lib/platform/http/call";

/** Move t and see the figures; choosing it needs a reason, which stays on record. */
export function ThresholdForm(props: {
  params: { studyId: string; classifierId: string };
  chosen: number;
  reason: string;
  threshold: number;
  onThreshold: (threshold: number) => void;
  mayChange: boolean;
}) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  const router = useRouter();
  const choose = useMutation({
    mutationFn: (reason: string) =>
      call(setThresholdOperation, { params: props.params, body: { threshold: props.threshold, reason } }),
    onSuccess: () => router.refresh(),
  });
  const moved = Math.abs(props.threshold - props.chosen) > 1e-9;
  const change = (value: string) => {
    const number = Number(value);
    if (number >= 0 && number <= 1) props.onThreshold(number);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <input
          type="range"
          min={0}
          max={1}
          step={0.01}
          aria-label={t("threshold")}
          className="min-w-48 flex-1 accent-accent"
          value={props.threshold}
          onChange={(event) => change(event.target.value)}
        />
        <Input
          type="number"
          min={0}
          max={1}
          step={0.001}
          aria-label={t("threshold")}
          className="w-28"
          value={Number(props.threshold.toFixed(4))}
          onChange={(event) => change(event.target.value)}
        />
        {moved ? <Button onClick={() => props.onThreshold(props.chosen)}>{t("backToChosen")}</Button> : null}
      </div>
      <p className="text-sm text-muted">
        {t("chosen", { threshold: format.number(props.chosen, { maximumFractionDigits: 4 }) })}{" "}
        {props.reason || t("chosenByTuning")}
      </p>
      {moved && props.mayChange ? (
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            choose.mutate(String(new FormData(event.currentTarget).get("reason")));
          }}
        >
          <div className="min-w-64 flex-1">
            <Field label={t("reason")}>
              <Input name="reason" required minLength={3} maxLength={1000} />
            </Field>
          </div>
          <Button type="submit" busy={choose.isPending}>
            {t("choose")}
          </Button>
        </form>
      ) : null}
      <ProblemNotice error={choose.error} />
    </div>
  );
}
