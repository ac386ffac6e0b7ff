"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input, Select, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { presets } from "@/lib/compute/specs";
import { startGenerationOperation } from "@/lib/generations/api";
import type { PromptSetSummary } from "@/lib/generations/schema";
import type { CheckpointSummary } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";

const presetNames = ["paper", "example"] as const;
type PresetName = (typeof presetNames)[number];

/** One run a chosen checkpoint. What has been started is unticked, so that another try starts only the rest. */
export function StartGeneration(props: {
  studyId: string;
  checkpoints: CheckpointSummary[];
  promptSets: PromptSetSummary[];
}) {
  const t = useTranslations("answers");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const [preset, setPreset] = useState<PresetName>("paper");
  const start = useMutation({
    mutationFn: async (form: FormData) => {
      const systemPrompt = String(form.get("systemPrompt")).trim();
      const parameters = {
        maxNewTokens: Number(form.get("maxNewTokens")),
        temperature: Number(form.get("temperature")),
        topP: Number(form.get("topP")),
        systemPrompt: systemPrompt === "" ? null : systemPrompt,
      };
      for (const checkpointId of chosen) {
        const body = { checkpointId, promptSetId: String(form.get("promptSet")), parameters };
        await call(startGenerationOperation, { params: { studyId: props.studyId }, body });
        setChosen((before) => before.filter((id) => id !== checkpointId));
      }
    },
    onSuccess: () => setOpen(false),
    onSettled: () => router.refresh(),
  });
  const values = presets.generate[preset];
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
          <Field label={t("promptSet")}>
            <Select name="promptSet">
              {props.promptSets.map((set) => (
                <option key={set.id} value={set.id}>
                  {set.name} ({set.prompts})
                </option>
              ))}
            </Select>
          </Field>
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 font-semibold">{t("checkpoints")}</legend>
            {props.checkpoints.map(({ id, name }) => (
              <Checkbox
                key={id}
                checked={chosen.includes(id)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, id] : chosen.filter((other) => other !== id))
                }
                label={name}
              />
            ))}
          </fieldset>
          <Field label={t("preset")}>
            <Select
              value={preset}
              onChange={(event) => setPreset(presetNames.find((name) => name === event.target.value) ?? "paper")}
            >
              {presetNames.map((name) => (
                <option key={name} value={name}>
                  {t(`presets.${name}`)}
                </option>
              ))}
            </Select>
          </Field>
          <div key={preset} className="flex flex-col gap-4">
            <div className="grid gap-4 sm:grid-cols-3">
              <Field label={t("maxNewTokens")}>
                <Input
                  name="maxNewTokens"
                  type="number"
                  min={1}
                  max={131_072}
                  defaultValue={values.maxNewTokens}
                  required
                />
              </Field>
              <Field label={t("temperature")} hint={t("temperatureHint")}>
                <Input
                  name="temperature"
                  type="number"
                  min={0}
                  max={5}
                  step="any"
                  defaultValue={values.temperature}
                  required
                />
              </Field>
              <Field label={t("topP")}>
                <Input name="topP" type="number" min={0.01} max={1} step="any" defaultValue={values.topP} required />
              </Field>
            </div>
            <Field label={t("systemPrompt")} hint={t("systemPromptHint")}>
              <Textarea name="systemPrompt" rows={3} maxLength={20_000} defaultValue={values.systemPrompt ?? ""} />
            </Field>
          </div>
          <ProblemNotice error={start.error} />
          <Button
            type="submit"
            variant="primary"
            busy={start.isPending}
            disabled={chosen.length === 0}
            className="self-start"
          >
            {t("startCount", { count: chosen.length })}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
