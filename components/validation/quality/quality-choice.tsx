"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useTransition } from "react";
import { Field, Select } from "@/components/ui/field";
import { type LabellingChoice, type Target, targets } from "@/lib/validation/quality/schema";

/** Which labels are looked at, and what the figures speak of; kept in the address. */
export function QualityChoice(props: {
  labellings: LabellingChoice[];
  chosen: string | null;
  target: Target;
  twoPhases: boolean;
}) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const [pending, start] = useTransition();
  const choose = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    next.set(name, value);
    start(() => router.replace(`${path}?${next}`, { scroll: false }));
  };
  return (
    <div className="grid gap-4 sm:grid-cols-2" aria-busy={pending}>
      <Field label={t("labelling")} hint={t("labellingHint")}>
        <Select value={props.chosen ?? ""} onChange={(event) => choose("labelling", event.target.value)}>
          {props.labellings.map((run) => (
            <option key={run.id} value={run.id}>
              {t("labellingOption", {
                model: run.model,
                prompt: `${run.promptLanguage} ${run.promptVersion}`,
                date: format.dateTime(new Date(run.createdAt), { dateStyle: "medium" }),
              })}
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
