"use client";

import { useMutation } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Field, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Notice } from "@/components/ui/surface";
import { classifyTextOperation } from "@/lib/classifiers/api";
import { call } from "@/lib/platform/http/call";

/** Pasted text, classified in the studio itself; nothing is kept. */
export function TryText(props: { params: { studyId: string; classifierId: string } }) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  const classify = useMutation({
    mutationFn: (text: string) => call(classifyTextOperation, { params: props.params, body: { text } }),
  });
  return (
    <Card title={t("tryText")}>
      <form
        className="flex max-w-[90ch] flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          classify.mutate(String(new FormData(event.currentTarget).get("text")));
        }}
      >
        <Field label={t("text")} hint={t("tryTextHint")}>
          <Textarea name="text" rows={6} required maxLength={200_000} />
        </Field>
        <Button type="submit" busy={classify.isPending} className="self-start">
          {classify.isPending ? t("classifying") : t("classify")}
        </Button>
      </form>
      <div className="mt-4" aria-live="polite">
        <ProblemNotice error={classify.error} />
        {classify.data ? (
          <Notice tone="accent" title={classify.data.medical ? t("medical") : t("nonMedical")}>
            <p>
              {t("score")} {format.number(classify.data.score, { minimumFractionDigits: 4, maximumFractionDigits: 4 })}{" "}
              · {t("tokens", { count: classify.data.tokens })}
              {classify.data.clipped ? ` · ${t("clipped")}` : ""}
            </p>
          </Notice>
        ) : null}
      </div>
    </Card>
  );
}
