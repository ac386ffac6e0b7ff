"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { RanksFields, ranksOfForm } from "@/components/runs/ranks-fields";
import { StartOptions, startOptionsOfForm } from "@/components/runs/start-options";
import { useStartKey } from "@/components/runs/use-start-key";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { startTrainingOperation } from "@/lib/classifiers/api";
import type { StartTraining as StartTrainingInput } from "@/lib/classifiers/schema";
import { presets } from "@/lib/compute/specs";
import type { CheckpointSummary } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";

type Source = { id: string; name: string; labelled: number; drawId: string };
type Parameters = StartTrainingInput["parameters"];

const numbers = ["maxTokens", "epochs", "batchSize", "learningRate", "warmupSteps", "frozenLayers"] as const;

export function StartTraining(props: {
  studyId: string;
  sources: { rounds: Source[]; labellingRuns: Source[] };
  encoders: CheckpointSummary[];
}) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  const router = useRouter();
  const { rounds, labellingRuns } = props.sources;
  const [open, setOpen] = useState(false);
  const startKey = useStartKey();
  const [source, setSource] = useState<"people" | "llm">(rounds.length > 0 ? "people" : "llm");
  const [preset, setPreset] = useState<"example" | "paper">("example");
  const values = presets["train-classifier"][preset];
  const parametersOf = (form: FormData): Parameters => ({
    ...values,
    ...Object.fromEntries(numbers.map((name) => [name, Number(form.get(name))])),
    // Left empty: all epochs are trained.
    patience: Number(form.get("patience")) || null,
    classBalance: form.get("classBalance") === "on",
    pooling: form.get("pooling") === "mean" ? "mean" : "model",
    prefix: String(form.get("prefix") ?? ""),
  });
  const start = useMutation({
    mutationFn: (form: FormData) => {
      const number = (name: string) => Number(form.get(name));
      const parameters = parametersOf(form);
      const body = {
        ...startOptionsOfForm(form),
        ...ranksOfForm(form),
        name: String(form.get("name")),
        encoderId: String(form.get("encoder")),
        source,
        roundId: String(form.get("round") ?? "") || null,
        labellingRunId: source === "llm" ? String(form.get("labellingRun") ?? "") || null : null,
        tuneShare: number("tuneShare") / 100,
        testShare: number("testShare") / 100,
        seed: number("seed"),
        parameters,
      };
      return call(startTrainingOperation, { params: { studyId: props.studyId }, body: startKey.on(body) });
    },
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/runs/${id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("start")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("start")} description={t("startHint")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} defaultValue={t("defaultName")} />
          </Field>
          <Field label={t("labels")} hint={t(`sourceHints.${source}`)}>
            <Select value={source} onChange={(event) => setSource(event.target.value === "llm" ? "llm" : "people")}>
              {rounds.length > 0 ? <option value="people">{t("sources.people")}</option> : null}
              {labellingRuns.length > 0 ? <option value="llm">{t("sources.llm")}</option> : null}
            </Select>
          </Field>
          {source === "llm" ? (
            <Field label={t("labellingRun")}>
              <Select name="labellingRun">
                {labellingRuns.map((run) => (
                  <option key={run.id} value={run.id}>
                    {run.name} ({format.number(run.labelled)})
                  </option>
                ))}
              </Select>
            </Field>
          ) : null}
          <Field label={source === "people" ? t("round") : t("testRound")}>
            <Select name="round">
              {source === "llm" ? <option value="">{t("noRound")}</option> : null}
              {rounds.map((round) => (
                <option key={round.id} value={round.id}>
                  {round.name} ({format.number(round.labelled)})
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("encoder")}>
            <Select name="encoder">
              {props.encoders.map((encoder) => (
                <option key={encoder.id} value={encoder.id}>
                  {encoder.name}
                </option>
              ))}
            </Select>
          </Field>
          <div className="grid gap-4 sm:grid-cols-3">
            <Field label={t("tuneShare")}>
              <Input name="tuneShare" type="number" min={5} max={40} defaultValue={20} required />
            </Field>
            <Field label={t("testShare")}>
              <Input name="testShare" type="number" min={5} max={50} defaultValue={30} required />
            </Field>
            <Field label={t("seed")}>
              <Input name="seed" type="number" min={0} max={2_147_483_647} defaultValue={1} required />
            </Field>
          </div>
          <Field label={t("preset")}>
            <Select
              value={preset}
              onChange={(event) => setPreset(event.target.value === "paper" ? "paper" : "example")}
            >
              <option value="example">{t("presets.example")}</option>
              <option value="paper">{t("presets.paper")}</option>
            </Select>
          </Field>
          <fieldset key={preset} className="grid gap-4 sm:grid-cols-2">
            {numbers.map((name) => (
              <Field key={name} label={t(`parameters.${name}`)}>
                <Input name={name} type="number" step="any" min={0} required defaultValue={values[name]} />
              </Field>
            ))}
            <Field label={t("parameters.patience")} hint={t("patienceHint")}>
              <Input name="patience" type="number" min={1} max={1000} defaultValue={values.patience ?? ""} />
            </Field>
            <Field label={t("parameters.pooling")}>
              <Select name="pooling" defaultValue={values.pooling}>
                <option value="model">{t("poolings.model")}</option>
                <option value="mean">{t("poolings.mean")}</option>
              </Select>
            </Field>
            <Field label={t("parameters.prefix")}>
              <Input name="prefix" defaultValue={values.prefix} maxLength={200} />
            </Field>
            <Checkbox name="classBalance" defaultChecked={values.classBalance} label={t("parameters.classBalance")} />
          </fieldset>
          <RanksFields studyId={props.studyId} shares="documents" />
          <StartOptions
            studyId={props.studyId}
            describe={(form) => {
              const chosen = String(form.get(source === "llm" ? "labellingRun" : "round"));
              const labels = [...rounds, ...labellingRuns].find(({ id }) => id === chosen);
              return {
                kind: "train-classifier",
                parameters: parametersOf(form),
                resources: ranksOfForm(form),
                uses: [{ kind: "checkpoint", targetId: String(form.get("encoder")) }],
                documents: labels?.labelled,
              };
            }}
          />
          <ProblemNotice error={start.error} />
          <Button type="submit" variant="primary" busy={start.isPending} className="self-start">
            {t("start")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
