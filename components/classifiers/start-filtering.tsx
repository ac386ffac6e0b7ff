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
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { startFilteringOperation } from "@/lib/classifiers/api";
import type { ClassifierSummary } from "@/lib/classifiers/schema";
import { presets } from "@/lib/compute/specs";
import { call } from "@/lib/platform/http/call";

const precisions = ["int8", "fp32", "bf16"] as const;

function precisionOf(form: FormData): (typeof precisions)[number] {
  return precisions.find((each) => each === form.get("precision")) ?? "int8";
}

export function StartFiltering(props: {
  studyId: string;
  classifiers: ClassifierSummary[];
  corpora: { id: string; name: string; documents: number }[];
}) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const startKey = useStartKey();
  const [classifierId, setClassifierId] = useState(props.classifiers[0]?.id ?? "");
  const classifier = props.classifiers.find(({ id }) => id === classifierId);
  const start = useMutation({
    mutationFn: (form: FormData) =>
      call(startFilteringOperation, {
        params: { studyId: props.studyId },
        body: startKey.on({
          ...startOptionsOfForm(form),
          name: String(form.get("name")),
          corpusId: String(form.get("corpus")),
          classifierId,
          threshold: Number(form.get("threshold")),
          precision: precisionOf(form),
          ...ranksOfForm(form),
        }),
      }),
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/runs/${id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("startFiltering")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("startFiltering")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("name")} hint={t("filteredNameHint")}>
            <Input name="name" required maxLength={120} defaultValue={t("filteredName")} />
          </Field>
          <Field label={t("corpus")}>
            <Select name="corpus">
              {props.corpora.map((corpus) => (
                <option key={corpus.id} value={corpus.id}>
                  {corpus.name} ({format.number(corpus.documents)})
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("classifier")}>
            <Select value={classifierId} onChange={(event) => setClassifierId(event.target.value)}>
              {props.classifiers.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("threshold")} hint={t("thresholdHint")}>
            <Input
              name="threshold"
              key={classifierId}
              type="number"
              min={0}
              max={1}
              step="any"
              required
              defaultValue={classifier?.threshold}
            />
          </Field>
          <Field label={t("precisionOfModel")} hint={t("precisionHint")}>
            <Select name="precision">
              <option value="int8">{t("precisions.int8")}</option>
              <option value="fp32">{t("precisions.fp32")}</option>
              <option value="bf16">{t("precisions.bf16")}</option>
            </Select>
          </Field>
          <RanksFields studyId={props.studyId} shares="shards" />
          <StartOptions
            studyId={props.studyId}
            describe={(form) => ({
              kind: "classify-corpus",
              parameters: {
                precision: precisionOf(form),
                batchSize: presets["classify-corpus"][precisionOf(form) === "bf16" ? "paper" : "example"].batchSize,
              },
              resources: ranksOfForm(form),
              uses: [
                { kind: "corpus", targetId: String(form.get("corpus")) },
                { kind: "classifier", targetId: classifierId },
              ],
            })}
          />
          <ProblemNotice error={start.error} />
          <Button type="submit" variant="primary" busy={start.isPending} className="self-start">
            {t("startFiltering")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
