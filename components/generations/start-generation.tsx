"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { StartPerCheckpoint } from "@/components/models/start-per-checkpoint";
import { startOptionsOfForm } from "@/components/runs/start-options";
import { useStartKey } from "@/components/runs/use-start-key";
import { Field, Select } from "@/components/ui/field";
import { presets } from "@/lib/compute/specs";
import { startGenerationOperation } from "@/lib/generations/api";
import type { PromptSetSummary } from "@/lib/generations/schema";
import type { CheckpointSummary } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";
import { SamplingFields, samplingOf } from "./sampling-fields";

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
        parameters: samplingOf(form),
        uses: [
          { kind: "checkpoint", targetId: checkpointId },
          { kind: "prompt-set", targetId: String(form.get("promptSet")) },
        ],
      })}
      start={async (checkpointId, form) => {
        const promptSetId = String(form.get("promptSet"));
        const body = { ...startOptionsOfForm(form), checkpointId, promptSetId, parameters: samplingOf(form) };
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
            <SamplingFields usual={values} hottest={5} />
          </div>
        </>
      }
    />
  );
}
