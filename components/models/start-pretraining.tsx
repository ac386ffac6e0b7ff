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
import { presets } from "@/lib/compute/specs";
import { activationCheckpointings, learningRateSchedules } from "@/lib/compute/specs/pretrain";
import { startPretrainingOperation } from "@/lib/models/api";
import type { CheckpointSummary, StartPretraining as Input_ } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";

export type CorpusOption = { id: string; name: string; documents: number; filtered: boolean };
type Parameters = Input_["parameters"];

const numbers = [
  "sequenceLength",
  "sequencesPerStep",
  "learningRate",
  "warmupSteps",
  "weightDecay",
  "gradientClip",
  "heldOutShare",
  "checkpointEverySteps",
  "evaluateEverySteps",
] as const satisfies (keyof Parameters)[];
const choices = {
  schedule: learningRateSchedules,
  activationCheckpointing: activationCheckpointings,
} as const satisfies Partial<Record<keyof Parameters, readonly string[]>>;
const choiceNames = ["schedule", "activationCheckpointing"] as const satisfies (keyof typeof choices)[];

/** The paper's settings, or small ones for this machine, each to be changed; checked before anything starts. */
export function StartPretraining(props: { studyId: string; corpora: CorpusOption[]; bases: CheckpointSummary[] }) {
  const t = useTranslations("checkpoints");
  const format = useFormatter();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const startKey = useStartKey();
  const [preset, setPreset] = useState<"example" | "paper">("example");
  const values = presets.pretrain[preset];
  const parametersOf = (form: FormData): Parameters => {
    const number = (name: string) => Number(form.get(name));
    const length = number("length");
    const byEpochs = form.get("lengthUnit") === "epochs";
    return {
      ...values,
      epochs: byEpochs ? length : null,
      maxSteps: byEpochs ? null : length,
      ...Object.fromEntries(numbers.map((name) => [name, number(name)])),
      ...Object.fromEntries(choiceNames.map((name) => [name, String(form.get(name))])),
      bf16: form.get("bf16") === "on",
    };
  };
  const start = useMutation({
    mutationFn: (form: FormData) => {
      const parameters = parametersOf(form);
      const body = {
        ...startOptionsOfForm(form),
        ...ranksOfForm(form),
        name: String(form.get("name")),
        corpusId: String(form.get("corpus")),
        baseId: String(form.get("base")),
        parameters,
      };
      return call(startPretrainingOperation, { params: { studyId: props.studyId }, body: startKey.on(body) });
    },
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/runs/${id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("startPretraining")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("startPretraining")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("name")} hint={t("nameHint")}>
            <Input
              name="name"
              required
              maxLength={120}
              defaultValue={t("pretrainedName", { base: props.bases[0]?.name ?? "" })}
            />
          </Field>
          <Field label={t("corpus")}>
            <Select name="corpus">
              {props.corpora.map((corpus) => (
                <option key={corpus.id} value={corpus.id}>
                  {corpus.name} ({format.number(corpus.documents)}){corpus.filtered ? ` · ${t("filtered")}` : ""}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("base")}>
            <Select name="base">
              {props.bases.map((base) => (
                <option key={base.id} value={base.id}>
                  {base.name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("preset")} hint={t(`presetHints.${preset}`)}>
            <Select
              value={preset}
              onChange={(event) => setPreset(event.target.value === "paper" ? "paper" : "example")}
            >
              <option value="example">{t("presets.example")}</option>
              <option value="paper">{t("presets.paper")}</option>
            </Select>
          </Field>
          <fieldset key={preset} className="grid gap-4 sm:grid-cols-2">
            <Field label={t("length")}>
              <Input
                name="length"
                type="number"
                step="any"
                min="0.001"
                required
                defaultValue={values.epochs ?? values.maxSteps ?? 1}
              />
            </Field>
            <Field label={t("lengthUnit")}>
              <Select name="lengthUnit" defaultValue={values.epochs === null ? "steps" : "epochs"}>
                <option value="epochs">{t("epochs")}</option>
                <option value="steps">{t("steps")}</option>
              </Select>
            </Field>
            {numbers.map((name) => (
              <Field key={name} label={t(`parameters.${name}`)}>
                <Input name={name} type="number" step="any" min="0" required defaultValue={values[name]} />
              </Field>
            ))}
            {choiceNames.map((name) => (
              <Field key={name} label={t(`parameters.${name}`)}>
                <Select name={name} defaultValue={values[name]}>
                  {choices[name].map((choice) => (
                    <option key={choice} value={choice}>
                      {t(`choices.${choice}`)}
                    </option>
                  ))}
                </Select>
              </Field>
            ))}
            <Checkbox name="bf16" defaultChecked={values.bf16} label={t("parameters.bf16")} />
          </fieldset>
          <RanksFields studyId={props.studyId} shares="model" />
          <StartOptions
            studyId={props.studyId}
            describe={(form) => ({
              kind: "pretrain",
              parameters: parametersOf(form),
              resources: ranksOfForm(form),
              uses: [
                { kind: "corpus", targetId: String(form.get("corpus")) },
                { kind: "checkpoint", targetId: String(form.get("base")) },
              ],
            })}
          />
          <ProblemNotice error={start.error} />
          <Button type="submit" variant="primary" busy={start.isPending} className="self-start">
            {t("startPretraining")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
