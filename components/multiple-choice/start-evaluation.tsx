"use client";

import { useTranslations } from "next-intl";
import { StartPerCheckpoint } from "@/components/models/start-per-checkpoint";
import { startOptionsOfForm } from "@/components/runs/start-options";
import { useStartKey } from "@/components/runs/use-start-key";
import { Field, Input, Select } from "@/components/ui/field";
import type { CheckpointSummary } from "@/lib/models/schema";
import { startEvaluationOperation } from "@/lib/multiple-choice/api";
import type { QuestionSetSummary } from "@/lib/multiple-choice/schema";
import { call } from "@/lib/platform/http/call";

export function StartEvaluation(props: {
  studyId: string;
  checkpoints: CheckpointSummary[];
  questionSets: QuestionSetSummary[];
}) {
  const t = useTranslations("evaluations");
  const startKey = useStartKey();
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
        const body = { ...startOptionsOfForm(form), checkpointId, questionSetId, parameters: parametersOf(form) };
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
          <Select name="questionSet">
            {props.questionSets.map((set) => (
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
  return { template, batchSize: Number(form.get("batchSize")) };
}
