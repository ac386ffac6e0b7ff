import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Field, Input, Textarea } from "@/components/ui/field";

type Sampling = { maxNewTokens: number; temperature: number; topP: number; systemPrompt: string | null };

/** How answers are drawn, as the form says. */
export function samplingOf(form: FormData): Sampling {
  const systemPrompt = String(form.get("systemPrompt")).trim();
  return {
    maxNewTokens: Number(form.get("maxNewTokens")),
    temperature: Number(form.get("temperature")),
    topP: Number(form.get("topP")),
    systemPrompt: systemPrompt === "" ? null : systemPrompt,
  };
}

/** `hottest`: the highest temperature. Further fields stand beside the numbers. */
export function SamplingFields({
  usual,
  hottest,
  children,
}: {
  usual: Sampling;
  hottest: number;
  children?: ReactNode;
}) {
  const t = useTranslations("answers");
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label={t("maxNewTokens")}>
          <Input name="maxNewTokens" type="number" min={1} max={131_072} defaultValue={usual.maxNewTokens} required />
        </Field>
        <Field label={t("temperature")} hint={t("temperatureHint")}>
          <Input
            name="temperature"
            type="number"
            min={0}
            max={hottest}
            step="any"
            defaultValue={usual.temperature}
            required
          />
        </Field>
        <Field label={t("topP")}>
          <Input name="topP" type="number" min={0.01} max={1} step="any" defaultValue={usual.topP} required />
        </Field>
        {children}
      </div>
      <Field label={t("systemPrompt")} hint={t("systemPromptHint")}>
        <Textarea name="systemPrompt" rows={3} maxLength={20_000} defaultValue={usual.systemPrompt ?? ""} />
      </Field>
    </>
  );
}
