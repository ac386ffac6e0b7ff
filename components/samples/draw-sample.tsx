"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Select } from "@/components/ui/field";
import { createSampleOperation } from "@/lib/corpus/sampling/api";
import { type CreateSample, corpusTraits } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { StrataFields } from "./design-fields";
import { DesignPreview, useDesignPreview } from "./design-preview";
import { bandsOf, planOf, useDesignState } from "./design-state";
import { SubmitDesign } from "./submit-design";

type CorpusOption = { id: string; name: string; documents: number; madeByRunId?: string | null };

/** The design, with what it draws, brings and costs, before anything is drawn. */
export function DrawSample(props: { studyId: string; corpora: CorpusOption[]; number: number }) {
  const t = useTranslations("samples");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("draw")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("draw")} description={t("drawHint")}>
        <DrawForm {...props} />
      </Dialog>
    </>
  );
}

function DrawForm(props: { studyId: string; corpora: CorpusOption[]; number: number }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const router = useRouter();
  const [corpusId, setCorpusId] = useState(props.corpora[0]?.id ?? "");
  const documents = props.corpora.find(({ id }) => id === corpusId)?.documents ?? 0;
  const [kind, setKind] = useState<"simple" | "stratified">("simple");
  const [size, setSize] = useState(String(Math.min(300, documents)));
  const { state, change } = useDesignState({ by: ["length"] });
  const design = kind === "simple" ? { kind, size: Number(size) } : { kind, size: Number(size), ...bandsOf(state) };
  const preview = useDesignPreview(props.studyId, { corpusId, design, plan: planOf(state) });
  const create = useMutation({
    mutationFn: (body: CreateSample) => call(createSampleOperation, { params: { studyId: props.studyId }, body }),
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/samples/${id}`),
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const { body } = preview;
        if (!body || !("corpusId" in body)) return;
        create.mutate({
          name: String(form.get("name")),
          seed: Number(form.get("seed")),
          corpusId: body.corpusId,
          design: body.design,
        });
      }}
    >
      <Field label={t("name")}>
        <Input name="name" required maxLength={120} defaultValue={t("defaultName", { number: props.number })} />
      </Field>
      <Field label={t("corpus")}>
        <Select value={corpusId} onChange={(event) => setCorpusId(event.target.value)}>
          {props.corpora.map((corpus) => (
            <option key={corpus.id} value={corpus.id}>
              {corpus.name} ({format.number(corpus.documents)})
            </option>
          ))}
        </Select>
      </Field>
      <div className="grid gap-4 sm:grid-cols-[2fr_1fr_1fr]">
        <Field label={t("design")}>
          <Select
            value={kind}
            onChange={(event) => setKind(event.target.value === "stratified" ? "stratified" : "simple")}
          >
            <option value="simple">{t("kinds.simple")}</option>
            <option value="stratified">{t("kinds.stratified")}</option>
          </Select>
        </Field>
        <Field label={t("size")}>
          <Input
            type="number"
            min={1}
            max={500_000}
            required
            value={size}
            onChange={(event) => setSize(event.target.value)}
          />
        </Field>
        <Field label={t("seed")} hint={t("seedHint")}>
          <Input name="seed" type="number" min={0} max={2_147_483_647} required defaultValue={1} />
        </Field>
      </div>
      {kind === "stratified" ? <StrataFields state={state} change={change} traits={corpusTraits} /> : null}
      <DesignPreview preview={preview} state={state} change={change} populationLabel={t("population")} />
      <SubmitDesign preview={preview} create={create}>
        {t("draw")}
      </SubmitDesign>
    </form>
  );
}
