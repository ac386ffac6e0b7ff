"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field, Input, Select, Textarea } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { useDuration } from "@/components/ui/progress";
import { Card } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { changeRoundOperation, createRoundOperation } from "@/lib/validation/api";
import type { RoundDetail, RoundOptions } from "@/lib/validation/schema";
import { LimitsFields, limitsOf } from "./limits-fields";
import { PeopleField } from "./people-field";

/** Who has extended a sample wants to go on; who chooses the same sample again may want to decide it anew. */
const goOnFrom = (draw: RoundOptions["draws"][number] | undefined) =>
  (draw?.extension ? draw.continuable[0]?.id : undefined) ?? null;

/** A new round, or a draft to change. */
export function RoundForm(props: { studyId: string; options: RoundOptions; draft?: RoundDetail }) {
  const t = useTranslations("validation.form");
  const format = useFormatter();
  const duration = useDuration();
  const router = useRouter();
  const { studyId, options, draft } = props;
  const [drawId, setDrawId] = useState(draft?.drawId ?? options.draws[0]?.id ?? "");
  const [memberIds, setMemberIds] = useState(
    draft?.members.map((member) => member.personId) ??
      options.people.filter((person) => person.role === "clinician").map((person) => person.personId),
  );
  const [doublePercent, setDoublePercent] = useState(Math.round((draft?.doubleShare ?? 0.2) * 100));
  const [limits, setLimits] = useState(limitsOf(draft));
  const draw = options.draws.find(({ id }) => id === drawId);
  const [repeatPercent, setRepeatPercent] = useState(Math.round((draft?.repeatShare ?? 0.05) * 100));
  const [continuesRoundId, setContinuesRoundId] = useState(draft ? (draft.continues?.roundId ?? null) : goOnFrom(draw));
  const continued = draw?.continuable.find(({ id }) => id === continuesRoundId);
  const size = Math.max(0, (draw?.size ?? 0) - (continued?.documents ?? 0));
  const doubles = Math.round((size * doublePercent) / 100);

  const save = useMutation({
    mutationFn: (form: FormData) => {
      const text = (field: string) => String(form.get(field));
      const body = {
        name: text("name"),
        instructionsDe: text("instructionsDe"),
        instructionsEn: text("instructionsEn"),
        memberIds,
        doubleShare: doublePercent / 100,
        repeatShare: repeatPercent / 100,
        continuesRoundId,
        ...limits,
      };
      return draft
        ? call(changeRoundOperation, { params: { studyId, roundId: draft.id }, body })
        : call(createRoundOperation, { params: { studyId }, body: { ...body, drawId } });
    },
    onSuccess: (round) => {
      router.push(`/studies/${studyId}/rounds/${round.id}`);
      router.refresh();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(new FormData(event.currentTarget));
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      <Card title={t("what")}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} defaultValue={draft?.name ?? t("defaultName")} />
          </Field>
          <Field label={t("sample")} hint={t("sampleHint")}>
            <Select
              value={drawId}
              disabled={draft !== undefined}
              onChange={(event) => {
                setDrawId(event.target.value);
                // The labels of another sample are others, and the earlier rounds too.
                setLimits({ ...limits, stopRule: null });
                setContinuesRoundId(goOnFrom(options.draws.find(({ id }) => id === event.target.value)));
              }}
            >
              {options.draws.map((draw) => (
                <option key={draw.id} value={draw.id}>
                  {t("drawOption", { name: draw.name, size: draw.size })}
                </option>
              ))}
            </Select>
          </Field>
          {draw && draw.continuable.length > 0 ? (
            <Field label={t("continues")} hint={t("continuesHint")}>
              <Select
                value={continuesRoundId ?? ""}
                onChange={(event) => setContinuesRoundId(event.target.value || null)}
              >
                <option value="">{t("continuesNothing")}</option>
                {draw.continuable.map(({ id, name, decided }) => (
                  <option key={id} value={id}>
                    {t("continuesOption", { name, decisions: decided })}
                  </option>
                ))}
              </Select>
            </Field>
          ) : null}
          <Field label={t("doubleShare")} hint={t("doubleShareHint")}>
            <Input
              type="number"
              min={0}
              max={100}
              step={1}
              required
              value={doublePercent}
              onChange={(event) => setDoublePercent(Math.min(100, Math.max(0, Number(event.target.value))))}
            />
          </Field>
          <Field label={t("repeatShare")} hint={t("repeatShareHint")}>
            <Input
              type="number"
              min={0}
              max={50}
              step={1}
              required
              value={repeatPercent}
              onChange={(event) => setRepeatPercent(Math.min(50, Math.max(0, Number(event.target.value))))}
            />
          </Field>
          <p className="self-center text-muted sm:col-span-2" aria-live="polite">
            {t("plan", {
              documents: format.number(size),
              doubles: format.number(doubles),
              decisions: format.number(size + doubles),
              duration: duration((size + doubles) * options.pace.secondsPerDecision),
              seconds: format.number(options.pace.secondsPerDecision, { maximumFractionDigits: 0 }),
              pace: options.pace.measured ? "measured" : "assumed",
            })}
          </p>
        </div>
      </Card>
      <Card title={t("people")}>
        <PeopleField people={options.people} chosen={memberIds} onChange={setMemberIds} />
      </Card>
      <Card title={t("limits")}>
        <LimitsFields
          limits={limits}
          labellings={draw?.labellings ?? []}
          convenience={draw?.convenience ?? false}
          onChange={setLimits}
        />
      </Card>
      <Card title={t("instructions")}>
        <p className="mb-4 text-muted">{t("instructionsHint")}</p>
        <div className="grid gap-4 lg:grid-cols-2">
          <Field label={t("german")}>
            <Textarea
              name="instructionsDe"
              required
              rows={16}
              maxLength={20_000}
              defaultValue={draft?.instructionsDe ?? options.instructions.de}
            />
          </Field>
          <Field label={t("english")}>
            <Textarea
              name="instructionsEn"
              required
              rows={16}
              maxLength={20_000}
              defaultValue={draft?.instructionsEn ?? options.instructions.en}
            />
          </Field>
        </div>
      </Card>
      <ProblemNotice error={save.error} />
      <div className="flex justify-end gap-2">
        <ButtonLink href={`/studies/${studyId}/rounds${draft ? `/${draft.id}` : ""}`}>{t("cancel")}</ButtonLink>
        <Button type="submit" variant="primary" busy={save.isPending} disabled={!drawId}>
          {draft ? t("save") : t("create")}
        </Button>
      </div>
    </form>
  );
}
