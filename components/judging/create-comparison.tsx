"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import type { AnswerSetSummary } from "@/lib/generations/schema";
import { createComparisonOperation } from "@/lib/judging/api";
import { call } from "@/lib/platform/http/call";
import { VotePlan } from "./vote-plan";

export type PossibleJudge = { personId: string; name: string };

const toggled = (ids: string[], id: string, on: boolean) => (on ? [...ids, id] : ids.filter((other) => other !== id));

/** A draft: which answers meet, who judges, how often. */
export function CreateComparison(props: { studyId: string; answerSets: AnswerSetSummary[]; judges: PossibleJudge[] }) {
  const t = useTranslations("judging");
  const format = useFormatter();
  const router = useRouter();
  const promptSets = [...new Map(props.answerSets.map((set) => [set.promptSetId, set.promptSetName]))];
  const [open, setOpen] = useState(false);
  const [promptSetId, setPromptSetId] = useState(promptSets[0]?.[0] ?? "");
  const [answerSetIds, setAnswerSetIds] = useState<string[]>([]);
  const [memberIds, setMemberIds] = useState<string[]>([]);
  const [votesPerPair, setVotesPerPair] = useState("1");
  const create = useMutation({
    mutationFn: (form: FormData) =>
      call(createComparisonOperation, {
        params: { studyId: props.studyId },
        body: {
          name: String(form.get("name")),
          promptSetId,
          answerSetIds,
          memberIds,
          votesPerPair: Number(votesPerPair),
        },
      }),
    onSuccess: ({ id }) => router.push(`/studies/${props.studyId}/comparisons/${id}`),
  });
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        {t("create")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("create")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} />
          </Field>
          <Field label={t("promptSet")}>
            <Select
              value={promptSetId}
              onChange={(event) => {
                setPromptSetId(event.target.value);
                setAnswerSetIds([]);
              }}
            >
              {promptSets.map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 font-semibold">{t("contestants")}</legend>
            {props.answerSets
              .filter((set) => set.promptSetId === promptSetId)
              .map((set) => (
                <Checkbox
                  key={set.id}
                  checked={answerSetIds.includes(set.id)}
                  onChange={(event) => setAnswerSetIds(toggled(answerSetIds, set.id, event.target.checked))}
                  label={t("setOption", {
                    checkpoint: set.checkpointName,
                    count: set.answers,
                    made: format.dateTime(new Date(set.createdAt), { dateStyle: "short", timeStyle: "short" }),
                  })}
                />
              ))}
            <p className="text-sm text-muted">{t("contestantsHint")}</p>
          </fieldset>
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 font-semibold">{t("judges")}</legend>
            {props.judges.map(({ personId, name }) => (
              <Checkbox
                key={personId}
                checked={memberIds.includes(personId)}
                onChange={(event) => setMemberIds(toggled(memberIds, personId, event.target.checked))}
                label={name}
              />
            ))}
            <p className="text-sm text-muted">{t("judgesHint")}</p>
          </fieldset>
          <Field label={t("votesPerPair")} hint={t("votesPerPairHint")}>
            <Input
              name="votesPerPair"
              type="number"
              min={1}
              max={20}
              required
              value={votesPerPair}
              onChange={(event) => setVotesPerPair(event.target.value)}
            />
          </Field>
          <VotePlan
            answers={props.answerSets.filter((set) => answerSetIds.includes(set.id)).map((set) => set.answers)}
            votesPerPair={Math.trunc(Number(votesPerPair)) || 0}
            judges={memberIds.length}
          />
          <ProblemNotice error={create.error} />
          <Button
            type="submit"
            variant="primary"
            busy={create.isPending}
            disabled={answerSetIds.length < 2 || memberIds.length === 0}
            className="self-start"
          >
            {t("create")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
