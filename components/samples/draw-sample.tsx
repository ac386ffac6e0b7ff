"use client";

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { createSampleOperation, previewSampleOperation } from "@/lib/corpus/sampling/api";
import { type SampleDesign, sampleDesignSchema } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { StrataTable } from "./strata-table";

type CorpusOption = { id: string; name: string; documents: number };

/** The design, with how many it draws of each stratum, before anything is drawn. */
export function DrawSample(props: { studyId: string; corpora: CorpusOption[] }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [corpusId, setCorpusId] = useState(props.corpora[0]?.id ?? "");
  const documents = props.corpora.find(({ id }) => id === corpusId)?.documents ?? 0;
  const [kind, setKind] = useState<"simple" | "stratified">("simple");
  const [size, setSize] = useState(String(Math.min(300, documents)));
  const [by, setBy] = useState<("length" | "source")[]>(["length"]);
  const [allocation, setAllocation] = useState<"proportional" | "equal">("proportional");
  const [edges, setEdges] = useState("1000 5000");
  const parsed = sampleDesignSchema.safeParse(
    kind === "simple"
      ? { kind, size: Number(size) }
      : {
          kind,
          size: Number(size),
          by,
          allocation,
          lengthEdges: edges
            .split(/[\s,;]+/)
            .filter(Boolean)
            .map(Number),
        },
  );
  const design: SampleDesign | null = parsed.success ? parsed.data : null;
  const preview = useQuery({
    queryKey: ["sample-preview", corpusId, JSON.stringify(design)],
    queryFn: () => {
      if (!design) throw new Error("the query waits for a design");
      return call(previewSampleOperation, { params: { studyId: props.studyId }, body: { corpusId, design } });
    },
    enabled: open && design !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const create = useMutation({
    mutationFn: (body: { name: string; corpusId: string; seed: number; design: SampleDesign }) =>
      call(createSampleOperation, { params: { studyId: props.studyId }, body }),
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/samples/${id}`),
  });
  const toggle = (name: "length" | "source", on: boolean) =>
    setBy(on ? [...by, name] : by.filter((other) => other !== name));
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("draw")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("draw")} description={t("drawHint")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            if (design)
              create.mutate({ name: String(form.get("name")), corpusId, seed: Number(form.get("seed")), design });
          }}
        >
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} defaultValue={t("defaultName")} />
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
          <div className="grid gap-4 sm:grid-cols-3">
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
                max={200_000}
                required
                value={size}
                onChange={(event) => setSize(event.target.value)}
              />
            </Field>
            <Field label={t("seed")} hint={t("seedHint")}>
              <Input name="seed" type="number" min={0} max={2_147_483_647} required defaultValue={1} />
            </Field>
          </div>
          {kind === "stratified" ? (
            <fieldset className="grid gap-4 sm:grid-cols-2">
              <legend className="mb-2 font-semibold">{t("stratifyBy")}</legend>
              <div>
                <Checkbox
                  checked={by.includes("length")}
                  onChange={(event) => toggle("length", event.target.checked)}
                  label={t("by.length")}
                />
                <Checkbox
                  checked={by.includes("source")}
                  onChange={(event) => toggle("source", event.target.checked)}
                  label={t("by.source")}
                />
              </div>
              <Field label={t("allocation")} hint={t(`allocationHints.${allocation}`)}>
                <Select
                  value={allocation}
                  onChange={(event) => setAllocation(event.target.value === "equal" ? "equal" : "proportional")}
                >
                  <option value="proportional">{t("allocations.proportional")}</option>
                  <option value="equal">{t("allocations.equal")}</option>
                </Select>
              </Field>
              {by.includes("length") ? (
                <Field label={t("lengthEdges")} hint={t("lengthEdgesHint")}>
                  <Input value={edges} onChange={(event) => setEdges(event.target.value)} />
                </Field>
              ) : null}
            </fieldset>
          ) : null}
          {design ? null : <p className="text-danger">{t("designWrong")}</p>}
          <ProblemNotice error={preview.error ?? create.error} />
          {preview.data ? <StrataTable strata={preview.data.strata} /> : null}
          <Button
            type="submit"
            variant="primary"
            busy={create.isPending}
            disabled={!design || preview.isError}
            className="self-start"
          >
            {t("draw")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
