"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { TokenBudgetField, tokenBudgetOf } from "@/components/labelling/token-budget-field";
import { useStartKey } from "@/components/runs/use-start-key";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Notice } from "@/components/ui/surface";
import { startEndpointGenerationOperation } from "@/lib/generations/api";
import { endpointParametersSchema, type PromptSetSummary } from "@/lib/generations/schema";
import type { EndpointSummary } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";
import { SamplingFields, samplingOf } from "./sampling-fields";

const usual = endpointParametersSchema.parse({});

/** Has a model behind an endpoint answer a prompt set; its answers are compared with those of checkpoints. */
export function StartEndpointGeneration(props: {
  studyId: string;
  endpoints: EndpointSummary[];
  promptSets: PromptSetSummary[];
}) {
  const t = useTranslations("answers");
  const queries = useQueryClient();
  const startKey = useStartKey();
  const [open, setOpen] = useState(false);
  const [endpointId, setEndpointId] = useState(props.endpoints[0]?.id ?? "");
  const endpoint = props.endpoints.find(({ id }) => id === endpointId);
  const start = useMutation({
    mutationFn: async (form: FormData) => {
      const body = bodyOf(form, endpointId);
      await call(startEndpointGenerationOperation, {
        params: { studyId: props.studyId },
        body: startKey.on(body),
      });
      // The same settings may be started once more.
      startKey.forget(body);
    },
    onSuccess: () => setOpen(false),
    onSettled: () => queries.invalidateQueries({ queryKey: ["endpoint-generations", props.studyId] }),
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("startByEndpoint")}</Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("startByEndpoint")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(new FormData(event.currentTarget));
          }}
        >
          <p className="text-muted">{t("byEndpointHint")}</p>
          <Field label={t("promptSet")}>
            <Select name="promptSet">
              {props.promptSets.map((set) => (
                <option key={set.id} value={set.id}>
                  {set.name} ({set.prompts})
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("endpoint")}>
            <Select value={endpointId} onChange={(event) => setEndpointId(event.target.value)}>
              {props.endpoints.map((endpoint) => (
                <option key={endpoint.id} value={endpoint.id}>
                  {endpoint.name} – {endpoint.model}
                </option>
              ))}
            </Select>
          </Field>
          {endpoint?.local ? (
            <Notice tone="attention" title={t("localTitle")}>
              <p>{t("localHint")}</p>
            </Notice>
          ) : null}
          <SamplingFields usual={usual} hottest={2}>
            <Field label={t("seed")} hint={t("seedHint")}>
              <Input name="seed" type="number" min={0} max={2_147_483_647} defaultValue={1} required />
            </Field>
            <Field label={t("concurrency")}>
              <Input name="concurrency" type="number" min={1} max={256} defaultValue={usual.concurrency} required />
            </Field>
            <Field label={t("timeout")} hint={t("timeoutHint")}>
              <Input name="timeout" type="number" min={5} max={3600} defaultValue={usual.timeoutSeconds} required />
            </Field>
          </SamplingFields>
          <TokenBudgetField price={endpoint?.price ?? null} />
          <ProblemNotice error={start.error} />
          <Button type="submit" variant="primary" busy={start.isPending} className="self-start">
            {t("startAnswering")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}

function bodyOf(form: FormData, endpointId: string) {
  const number = (name: string) => Number(form.get(name));
  return {
    endpointId,
    promptSetId: String(form.get("promptSet")),
    seed: number("seed"),
    tokenBudget: tokenBudgetOf(form),
    parameters: {
      ...samplingOf(form),
      concurrency: number("concurrency"),
      timeoutSeconds: number("timeout"),
    },
  };
}
