"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { StartPerCheckpoint } from "@/components/models/start-per-checkpoint";
import { startOptionsOfForm } from "@/components/runs/start-options";
import { useStartKey } from "@/components/runs/use-start-key";
import { Field, Input, Select, Textarea } from "@/components/ui/field";
import { presets } from "@/lib/compute/specs";
import { startGenerationOperation } from "@/lib/generations/api";
import type { PromptSetSummary } from "@/lib/generations/schema";
import type { CheckpointSummary } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";

const presetNames = ["paper", "example"] as const;
type PresetName = (typeof presetNames)[number];

export function StartGeneration(props: {
  studyId: string;
  checkpoints: CheckpointSummary[];
  promptSets: PromptSetSummary[];
}) {
  const t = useTranslations("answers");
  const startKey = useStartKey();
  const [preset, setPreset] = useState<PresetName>("paper");
  const values = presets.generate[preset];
  return (
    <StartPerCheckpoint
      title={t("start")}
      checkpoints={props.checkpoints}
      studyId={props.studyId}
      describe={(checkpointId, form) => ({
        kind: "generate",
        parameters: parametersOf(form),
        uses: [
          { kind: "checkpoint", targetId: checkpointId },
          { kind: "prompt-set", targetId: String(form.get("promptSet")) },
        ],
      })}
      start={async (checkpointId, form) => {
        const promptSetId = String(form.get("promptSet"));
        const body = { ...startOptionsOfForm(form), checkpointId, promptSetId, parameters: parametersOf(form) };
        const started = await call(startGenerationOperation, {
          params: { studyId: props.studyId },
          body: startKey.on(body),
        });
        // The same settings may be started once more.
        startKey.forget(body);
        return started;
      }}
      before={
        <Field label={t("promptSet")}>
          <Select name="promptSet">
            {props.promptSets.map((set) => (
              <option key={set.id} value={set.id}>
                {set.name} ({set.prompts})
              </option>
            ))}
          </Select>
        </Field>
      }
      after={
        <>
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
        </>
      }
    />
  );
}

function parametersOf(form: FormData) {
  const systemPrompt = String(form.get("systemPrompt")).trim();
  return {
    maxNewTokens: Number(form.get("maxNewTokens")),
    temperature: Number(form.get("temperature")),
    topP: Number(form.get("topP")),
    systemPrompt: systemPrompt === "" ? null : systemPrompt,
  };
}
