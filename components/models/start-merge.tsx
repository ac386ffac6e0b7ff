"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { StartOptions, startOptionsOfForm } from "@/components/runs/start-options";
import { useStartKey } from "@/components/runs/use-start-key";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Select, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { startMergeOperation } from "@/lib/models/api";
import { looksLikeMergekit, type MergePlan, parseInterpolation, parseMergekit } from "@/lib/models/rules";
import type { CheckpointSummary } from "@/lib/models/schema";
import { call } from "@/lib/platform/http/call";

function planOf(text: string, method: MergePlan["method"]): MergePlan | null {
  if (looksLikeMergekit(text)) return parseMergekit(text);
  const t = parseInterpolation(text);
  return t && { method, t, layerCount: null };
}

/** The original of a pre-trained checkpoint is proposed as its partner, as in the paper. */
export function StartMerge(props: { studyId: string; checkpoints: CheckpointSummary[] }) {
  const t = useTranslations("checkpoints");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const startKey = useStartKey();
  const pretrained = props.checkpoints.filter(({ kind }) => kind === "pretrained").at(-1);
  const [secondId, setSecondId] = useState(pretrained?.id ?? props.checkpoints.at(-1)?.id ?? "");
  const second = props.checkpoints.find(({ id }) => id === secondId);
  const original = second?.parents.find(({ role }) => role === "base")?.id ?? props.checkpoints[0]?.id ?? "";
  const [interpolation, setInterpolation] = useState("0.5");
  const [method, setMethod] = useState<MergePlan["method"]>("slerp");
  const asConfig = looksLikeMergekit(interpolation);
  const parsed = planOf(interpolation, method);
  const start = useMutation({
    mutationFn: (form: FormData) => {
      if (!parsed) throw new Error("checked by the form");
      const body = {
        ...startOptionsOfForm(form),
        name: String(form.get("name")),
        firstId: String(form.get("first")),
        secondId,
        parameters: parsed,
      };
      return call(startMergeOperation, { params: { studyId: props.studyId }, body: startKey.on(body) });
    },
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/runs/${id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("startMerge")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("startMerge")} description={t("mergeExplained")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (parsed) start.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("second")}>
            <Select value={secondId} onChange={(event) => setSecondId(event.target.value)}>
              {props.checkpoints.map((checkpoint) => (
                <option key={checkpoint.id} value={checkpoint.id}>
                  {checkpoint.name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("first")}>
            <Select name="first" key={secondId} defaultValue={original}>
              {props.checkpoints.map((checkpoint) => (
                <option key={checkpoint.id} value={checkpoint.id}>
                  {checkpoint.name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("name")} hint={t("nameHint")}>
            <Input
              name="name"
              key={secondId}
              required
              maxLength={120}
              defaultValue={second ? `${second.name}-SLERP` : ""}
            />
          </Field>
          <Field label={t("method")} hint={asConfig ? t("methodOfConfig") : t(`methodHints.${method}`)}>
            <Select
              value={parsed?.method ?? method}
              disabled={asConfig}
              onChange={(event) => setMethod(event.target.value === "linear" ? "linear" : "slerp")}
            >
              <option value="slerp">{t("methods.slerp")}</option>
              <option value="linear">{t("methods.linear")}</option>
            </Select>
          </Field>
          <Field
            label={t("interpolation")}
            hint={t("interpolationHint")}
            error={parsed ? null : t(asConfig ? "configWrong" : "interpolationWrong")}
          >
            <Textarea
              rows={asConfig ? 10 : 2}
              spellCheck={false}
              className={asConfig ? "font-mono text-sm" : undefined}
              value={interpolation}
              onChange={(event) => setInterpolation(event.target.value)}
            />
          </Field>
          <StartOptions
            studyId={props.studyId}
            describe={(form) =>
              parsed && {
                kind: "merge",
                parameters: parsed,
                uses: [String(form.get("first")), secondId].map((targetId) => ({ kind: "checkpoint", targetId })),
              }
            }
          />
          <ProblemNotice error={start.error} />
          <Button type="submit" variant="primary" busy={start.isPending} disabled={!parsed} className="self-start">
            {t("startMerge")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
