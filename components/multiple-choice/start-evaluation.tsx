"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { StartPerCheckpoint } from "@/components/models/start-per-checkpoint";
import { startOptionsOfForm } from "@/components/runs/start-options";
import { useStartKey } from "@/components/runs/use-start-key";
import { Field, Input, Select } from "@/components/ui/field";
import type { CheckpointSummary } from "@/lib/models/schema";
import { startEvaluationOperation } from "@/lib/multiple-choice/api";
import type { QuestionSetSummary } from "@/lib/multiple-choice/schema";
import { call } from "@/lib/platform/http/call";
import { ExampleFields, examplesOf } from "./example-fields";

export function StartEvaluation(props: {
  studyId: string;
  checkpoints: CheckpointSummary[];
  questionSets: QuestionSetSummary[];
}) {
  const t = useTranslations("evaluations");
  const startKey = useStartKey();
  const asking = props.questionSets.filter(({ questions }) => questions > 0);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const chosen = asking.find(({ id }) => id === chosenId) ?? asking[0];
  return (
    <StartPerCheckpoint
      title={t("start")}
      checkpoints={props.checkpoints}
      studyId={props.studyId}
      describe={(checkpointId, form) => ({
        kind: "evaluate",
        parameters: parametersOf(form),
        uses: [
          { kind: "checkpoint", targetId: checkpointId },
          { kind: "question-set", targetId: String(form.get("questionSet")) },
        ],
      })}
      start={async (checkpointId, form) => {
        const questionSetId = String(form.get("questionSet"));
        const { exampleSetId, seed } = examplesOf(form);
        const settings = { exampleSetId, seed, parameters: parametersOf(form) };
        const body = { ...startOptionsOfForm(form), checkpointId, questionSetId, ...settings };
        const started = await call(startEvaluationOperation, {
          params: { studyId: props.studyId },
          body: startKey.on(body),
        });
        // The same settings may be started once more.
        startKey.forget(body);
        return started;
      }}
      before={
        <Field label={t("questionSet")}>
          <Select name="questionSet" value={chosen?.id} onChange={(event) => setChosenId(event.target.value)}>
            {asking.map((set) => (
              <option key={set.id} value={set.id}>
                {set.name} ({set.questions})
              </option>
            ))}
          </Select>
        </Field>
      }
      after={
        <>
          <Field label={t("template")} hint={t("templateHint")}>
            <Select name="template">
              <option value="letter-de">{t("templates.letter-de")}</option>
              <option value="text-de">{t("templates.text-de")}</option>
            </Select>
          </Field>
          <ExampleFields questionSet={chosen} questionSets={props.questionSets} />
          <Field label={t("batchSize")}>
            <Input name="batchSize" type="number" min={1} max={1024} defaultValue={4} required />
          </Field>
        </>
      }
    />
  );
}

function parametersOf(form: FormData) {
  const template = form.get("template") === "text-de" ? ("text-de" as const) : ("letter-de" as const);
  return { template, batchSize: Number(form.get("batchSize")), examples: examplesOf(form).examples };
}
