"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Select } from "@/components/ui/field";
import { createDrawOperation } from "@/lib/corpus/sampling/api";
import { type CreateDraw, type DrawView, drawTraits } from "@/lib/corpus/schema";
import { call } from "@/lib/platform/http/call";
import { StrataFields } from "./design-fields";
import { DesignPreview, useDesignPreview } from "./design-preview";
import { bandsOf, confidenceEdgesOf, planOf, useDesignState } from "./design-state";
import { SubmitDesign } from "./submit-design";

/** A labelling run of the sample that has ended, and a round in which people have decided. */
export type LabelsOption = { id: string; name: string; createdAt: string };
export type RoundOption = { id: string; name: string; decided: number };

type Props = {
  studyId: string;
  sampleId: string;
  sampleSeed: number;
  draw: DrawView;
  labellings: LabelsOption[];
  rounds: RoundOption[];
};

function useCreateDraw(props: { studyId: string; sampleId: string; onDone: () => void }) {
  const router = useRouter();
  const { studyId, sampleId } = props;
  return useMutation({
    mutationFn: (body: CreateDraw) => call(createDrawOperation, { params: { studyId, sampleId }, body }),
    onSuccess: ({ number }) => {
      props.onDone();
      router.push(`/studies/${studyId}/samples/${sampleId}?draw=${number}`);
    },
  });
}

/** Draws documents for people from those that an LLM has labelled: few, where they tell most. */
export function DrawSubsample(props: Props) {
  const t = useTranslations("samples");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("subsample")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("subsampleTitle", { number: props.draw.number })}
        description={t("subsampleHint")}
      >
        <SubsampleForm {...props} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function SubsampleForm(props: Props & { onDone: () => void }) {
  const t = useTranslations("samples");
  const format = useFormatter();
  const { draw, labellings, rounds } = props;
  const [size, setSize] = useState(String(Math.min(300, Math.ceil(draw.size / 3))));
  const [labellingRunId, setLabellingRunId] = useState(labellings[0]?.id ?? "");
  const [priorRoundId, setPriorRoundId] = useState("");
  const [seed, setSeed] = useState(String(props.sampleSeed));
  const { state, change } = useDesignState(labellings.length > 0 ? { by: ["llm"], allocation: "f1" } : {});
  const withLabels = labellingRunId !== "";
  const traits = drawTraits.filter((trait) => withLabels || (trait !== "llm" && trait !== "confidence"));
  const design = {
    kind: "subsample",
    drawId: draw.id,
    size: Number(size),
    seed: seed.trim() === "" ? Number.NaN : Number(seed),
    ...bandsOf(state),
    by: state.by.filter((trait) => traits.includes(trait)),
    confidenceEdges: confidenceEdgesOf(state),
    labellingRunId: labellingRunId || null,
    priorRoundId: (withLabels && priorRoundId) || null,
  };
  const preview = useDesignPreview(props.studyId, { design, plan: planOf(state) });
  const create = useCreateDraw(props);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const { body } = preview;
        if (body && !("corpusId" in body)) create.mutate(body.design);
      }}
    >
      <Field label={t("labelsOf")} hint={labellings.length > 0 ? t("labelsOfHint") : t("noLabels")}>
        <Select value={labellingRunId} onChange={(event) => setLabellingRunId(event.target.value)}>
          {labellings.map((run) => (
            <option key={run.id} value={run.id}>
              {run.name} · {format.dateTime(new Date(run.createdAt), { dateStyle: "medium" })}
            </option>
          ))}
          <option value="">{t("withoutLabels")}</option>
        </Select>
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("size")} hint={t("sizeOf", { size: draw.size })}>
          <Input
            type="number"
            min={1}
            max={draw.size}
            required
            value={size}
            onChange={(event) => setSize(event.target.value)}
          />
        </Field>
        <Field label={t("seed")} hint={t("subsampleSeedHint")}>
          <Input
            type="number"
            min={0}
            max={2_147_483_647}
            required
            value={seed}
            onChange={(event) => setSeed(event.target.value)}
          />
        </Field>
      </div>
      <StrataFields state={{ ...state, by: design.by }} change={change} traits={traits} />
      {withLabels && rounds.length > 0 ? (
        <Field label={t("priorRound")} hint={t("priorRoundHint")}>
          <Select
            value={priorRoundId}
            onChange={(event) => {
              setPriorRoundId(event.target.value);
              // Its documents must not decide about themselves: a draw by chance of its own.
              if (event.target.value) setSeed((before) => String((Number(before) + 1) % 2_147_483_648));
            }}
          >
            <option value="">{t("noPriorRound")}</option>
            {rounds.map((round) => (
              <option key={round.id} value={round.id}>
                {round.name} ({format.number(round.decided)})
              </option>
            ))}
          </Select>
        </Field>
      ) : null}
      <DesignPreview
        preview={preview}
        state={state}
        change={change}
        populationLabel={t("inDraw", { number: draw.number })}
      />
      <SubmitDesign preview={preview} create={create}>
        {t("subsample")}
      </SubmitDesign>
    </form>
  );
}

type Extending = {
  studyId: string;
  sampleId: string;
  draw: DrawView;
  /** how many there are to draw from, with those that are drawn already */
  available: number;
};

/** More documents by the same design; what is drawn already stays drawn. */
export function ExtendDraw(props: Extending & { busy: boolean }) {
  const t = useTranslations("samples");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} disabled={props.busy}>
        {t("extend")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("extendTitle", { number: props.draw.number })}
        description={t("extendHint", { number: props.draw.number })}
      >
        <ExtendForm {...props} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function ExtendForm(props: Extending & { onDone: () => void }) {
  const t = useTranslations("samples");
  const { draw } = props;
  const { design } = draw;
  const [size, setSize] = useState(String(Math.min(Math.round(draw.size * 1.5), props.available)));
  const assumed = "assumptions" in design ? design.assumptions : null;
  const percent = (share: number) => String(Math.round(share * 1e4) / 100);
  const { state, change } = useDesignState(
    assumed
      ? {
          assumptions: {
            prevalence: percent(assumed.prevalence),
            precision: percent(assumed.precision),
            recall: percent(assumed.recall),
          },
        }
      : {},
  );
  const preview = useDesignPreview(props.studyId, {
    design: { kind: "extension", drawId: draw.id, size: Number(size) },
    plan: planOf(state),
  });
  const create = useCreateDraw(props);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const { body } = preview;
        if (body && !("corpusId" in body)) create.mutate(body.design);
      }}
    >
      <Field label={t("newSize")} hint={t("newSizeHint", { size: draw.size })}>
        <Input
          type="number"
          min={draw.size + 1}
          max={Math.min(500_000, props.available)}
          required
          value={size}
          onChange={(event) => setSize(event.target.value)}
        />
      </Field>
      <DesignPreview
        preview={preview}
        state={state}
        change={change}
        populationLabel={draw.parent === null ? t("population") : t("inDraw", { number: draw.parent })}
      />
      <SubmitDesign preview={preview} create={create}>
        {t("extend")}
      </SubmitDesign>
    </form>
  );
}
