"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useStartKey } from "@/components/runs/use-start-key";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { startLabellingOperation } from "@/lib/labelling/api";
import type { EndpointSummary, PromptSummary } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";
import { LocalModelNotice } from "./local-model-notice";
import { TokenBudgetField, tokenBudgetOf } from "./token-budget-field";

export type DrawOption = { id: string; name: string; size: number; tryItems: string[] };

export function StartLabelling(props: {
  studyId: string;
  draws: DrawOption[];
  endpoints: EndpointSummary[];
  prompts: PromptSummary[];
}) {
  const t = useTranslations("labelling");
  const format = useFormatter();
  const router = useRouter();
  const startKey = useStartKey();
  const [open, setOpen] = useState(false);
  const [endpointId, setEndpointId] = useState(props.endpoints[0]?.id ?? "");
  const endpoint = props.endpoints.find(({ id }) => id === endpointId);
  const start = useMutation({
    mutationFn: (form: FormData) =>
      call(startLabellingOperation, {
        params: { studyId: props.studyId },
        body: startKey.on({
          drawId: String(form.get("draw")),
          endpointId,
          promptId: String(form.get("prompt")),
          tokenBudget: tokenBudgetOf(form),
          parameters: { concurrency: Number(form.get("concurrency")) },
        }),
      }),
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/labelling/${id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("start")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("start")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("sample")}>
            <Select name="draw">
              {props.draws.map((draw) => (
                <option key={draw.id} value={draw.id}>
                  {draw.name} ({format.number(draw.size)})
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("endpoint")}>
            <Select value={endpointId} onChange={(event) => setEndpointId(event.target.value)}>
              {props.endpoints.map((option) => (
                <option key={option.id} value={option.id}>
                  {option.name} – {option.model}
                </option>
              ))}
            </Select>
          </Field>
          {endpoint?.local ? <LocalModelNotice /> : null}
          <Field label={t("prompt")}>
            <Select name="prompt">
              {props.prompts.map((prompt) => (
                <option key={prompt.id} value={prompt.id}>
                  {t("promptName", { language: t(`languages.${prompt.language}`), version: prompt.version })}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("concurrency")} hint={t("concurrencyHint")}>
            <Input
              name="concurrency"
              type="number"
              min={1}
              max={256}
              key={endpointId}
              defaultValue={endpoint?.local ? 2 : 16}
              required
            />
          </Field>
          <TokenBudgetField price={endpoint?.price ?? null} />
          <ProblemNotice error={start.error} />
          <Button type="submit" variant="primary" busy={start.isPending} className="self-start">
            {t("start")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
