"use client";

import { useTranslations } from "next-intl";
import { Checkbox, Field, Input, Select } from "@/components/ui/field";
import { type Allocation, allocations, type DrawTrait } from "@/lib/corpus/schema";
import type { DesignState } from "./design-state";

type Change = (part: Partial<DesignState>) => void;

/** By what the documents are stratified, where its bands end, and how the sample is shared out over the strata. */
export function StrataFields(props: { state: DesignState; change: Change; traits: readonly DrawTrait[] }) {
  const t = useTranslations("samples");
  const { state, change, traits } = props;
  const toggle = (trait: DrawTrait, on: boolean) =>
    change({ by: on ? [...state.by, trait] : state.by.filter((other) => other !== trait) });
  const bands = [
    { trait: "length", name: "lengthEdges", hint: t("lengthEdgesHint") },
    { trait: "score", name: "scoreEdges", hint: t("shareEdgesHint") },
    { trait: "confidence", name: "confidenceEdges", hint: t("shareEdgesHint") },
  ] as const;
  return (
    <fieldset className="grid gap-4 sm:grid-cols-2">
      <legend className="mb-2 font-semibold">{t("stratifyBy")}</legend>
      <div className="flex flex-col gap-1">
        {traits.map((trait) => (
          <Checkbox
            key={trait}
            checked={state.by.includes(trait)}
            onChange={(event) => toggle(trait, event.target.checked)}
            label={t(`by.${trait}`)}
          />
        ))}
      </div>
      <Field label={t("allocation")} hint={t(`allocationHints.${state.allocation}`)}>
        <Select value={state.allocation} onChange={(event) => change({ allocation: event.target.value as Allocation })}>
          {allocations.map((allocation) => (
            <option key={allocation} value={allocation}>
              {t(`allocations.${allocation}`)}
            </option>
          ))}
        </Select>
      </Field>
      {bands
        .filter(({ trait }) => state.by.includes(trait))
        .map(({ name, hint }) => (
          <Field key={name} label={t(name)} hint={hint}>
            <Input value={state[name]} onChange={(event) => change({ [name]: event.target.value })} />
          </Field>
        ))}
    </fieldset>
  );
}

/** What is assumed of the labels and of the work; the plan and the allocation are computed from it. */
export function AssumptionFields(props: {
  state: DesignState;
  change: Change;
  /** it follows from the labels, precision and recall; null: it is assumed */
  prevalence: number | null;
  minutes: string;
}) {
  const t = useTranslations("samples");
  const { state, change } = props;
  const assume = (name: keyof DesignState["assumptions"], value: string) =>
    change({ assumptions: { ...state.assumptions, [name]: value } });
  const percent = { type: "number", min: 0, max: 100, step: "any", required: true } as const;
  return (
    <fieldset className="grid gap-4 sm:grid-cols-3">
      <legend className="mb-2 font-semibold">{t("assumptions")}</legend>
      <Field
        label={t("assumedPrevalence")}
        hint={props.prevalence === null ? t("assumedPrevalenceHint") : t("prevalenceFollows")}
      >
        <Input
          {...percent}
          disabled={props.prevalence !== null}
          value={
            props.prevalence === null ? state.assumptions.prevalence : String(Math.round(props.prevalence * 1e4) / 100)
          }
          onChange={(event) => assume("prevalence", event.target.value)}
        />
      </Field>
      <Field label={t("assumedPrecision")} hint={t("assumedPrecisionHint")}>
        <Input
          {...percent}
          value={state.assumptions.precision}
          onChange={(event) => assume("precision", event.target.value)}
        />
      </Field>
      <Field label={t("assumedRecall")} hint={t("assumedRecallHint")}>
        <Input
          {...percent}
          value={state.assumptions.recall}
          onChange={(event) => assume("recall", event.target.value)}
        />
      </Field>
      <Field label={t("doublePercent")} hint={t("doublePercentHint")}>
        <Input
          {...percent}
          value={state.doublePercent}
          onChange={(event) => change({ doublePercent: event.target.value })}
        />
      </Field>
      <Field label={t("minutesPerLabel")} hint={props.minutes}>
        <Input
          type="number"
          min={0.01}
          max={600}
          step="any"
          value={state.minutesPerLabel}
          onChange={(event) => change({ minutesPerLabel: event.target.value })}
        />
      </Field>
    </fieldset>
  );
}
