"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import type { CheckpointSummary } from "@/lib/models/schema";
import { startEvaluationOperation } from "@/lib/multiple-choice/api";
import type { QuestionSetSummary } from "@/lib/multiple-choice/schema";
import { call } from "@/lib/platform/http/call";

/** One run a chosen checkpoint. */
export function StartEvaluation(props: {
  studyId: string;
  checkpoints: CheckpointSummary[];
  questionSets: QuestionSetSummary[];
}) {
  const t = useTranslations("evaluations");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const start = useMutation({
    mutationFn: async (form: FormData) => {
      const template = form.get("template") === "text-de" ? ("text-de" as const) : ("letter-de" as const);
      for (const checkpointId of chosen) {
        const body = {
          checkpointId,
          questionSetId: String(form.get("questionSet")),
          parameters: { template, batchSize: Number(form.get("batchSize")) },
        };
        await call(startEvaluationOperation, { params: { studyId: props.studyId }, body });
      }
    },
    onSuccess: () => {
      setOpen(false);
      setChosen([]);
      router.refresh();
    },
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
          <Field label={t("questionSet")}>
            <Select name="questionSet">
              {props.questionSets.map((set) => (
                <option key={set.id} value={set.id}>
                  {set.name} ({set.questions})
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
          <Field label={t("template")} hint={t("templateHint")}>
            <Select name="template">
              <option value="letter-de">{t("templates.letter-de")}</option>
              <option value="text-de">{t("templates.text-de")}</option>
            </Select>
          </Field>
          <Field label={t("batchSize")}>
            <Input name="batchSize" type="number" min={1} max={1024} defaultValue={4} required />
          </Field>
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
