"use client";

import { useTranslations } from "next-intl";
import { Field, Select } from "@/components/ui/field";
import { type LabellingChoice, type Target, targets } from "@/lib/validation/quality/schema";
import { useLabellingName } from "./labelling-name";
import { useChoose } from "./use-choose";

/** Which labels are looked at, and what the figures speak of; kept in the address. */
export function QualityChoice(props: {
  labellings: LabellingChoice[];
  chosen: string | null;
  target: Target;
  twoPhases: boolean;
}) {
  const t = useTranslations("quality");
  const labellingName = useLabellingName();
  const { pending, choose } = useChoose();
  return (
    <div className="grid gap-4 sm:grid-cols-2" aria-busy={pending}>
      <Field label={t("labelling")} hint={t("labellingHint")}>
        <Select value={props.chosen ?? ""} onChange={(event) => choose("labelling", event.target.value)}>
          {props.labellings.map((run) => (
            <option key={run.id} value={run.id}>
              {labellingName(run)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("target")} hint={t(`targetHints.${props.target}`)}>
        <Select value={props.target} onChange={(event) => choose("target", event.target.value)}>
          {targets
            .filter((target) => props.twoPhases || target !== "drawn_sample")
            .map((target) => (
              <option key={target} value={target}>
                {t(`targets.${target}`)}
              </option>
            ))}
        </Select>
      </Field>
    </div>
  );
}
