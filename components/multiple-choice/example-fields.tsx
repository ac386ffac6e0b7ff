"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field, Input, Select } from "@/components/ui/field";
import { exampleChoices, exampleSubjects } from "@/lib/compute/specs/evaluate";
import type { QuestionSetSummary } from "@/lib/multiple-choice/schema";

const mostExamples = 64;

/** How many examples stand before each question, and where they come from. */
export function ExampleFields(props: {
  questionSet: QuestionSetSummary | undefined;
  questionSets: QuestionSetSummary[];
}) {
  const t = useTranslations("evaluations");
  const [count, setCount] = useState(0);
  const [choice, setChoice] = useState<string>("first");
  const { questionSet } = props;
  const others = props.questionSets.filter(({ id }) => id !== questionSet?.id);
  return (
    <>
      <Field label={t("exampleCount")} hint={t("exampleCountHint")}>
        <Input
          name="exampleCount"
          type="number"
          min={0}
          max={mostExamples}
          value={count}
          onChange={(event) => setCount(Math.trunc(Number(event.target.value)))}
          required
        />
      </Field>
      {count > 0 ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("exampleSet")} hint={questionSet?.examples ? undefined : t("exampleSetHint")}>
            <Select key={questionSet?.id} name="exampleSet" required>
              {questionSet?.examples ? (
                <option value={questionSet.id}>{t("ownExamples", { count: questionSet.examples })}</option>
              ) : null}
              {others.map((set) => (
                <option key={set.id} value={set.id}>
                  {set.name} ({set.questions + set.examples})
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("exampleSubject")}>
            <Select name="exampleSubject">
              {exampleSubjects.map((subject) => (
                <option key={subject} value={subject}>
                  {t(`exampleSubjects.${subject}`)}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("exampleChoice")}>
            <Select name="exampleChoice" value={choice} onChange={(event) => setChoice(event.target.value)}>
              {exampleChoices.map((each) => (
                <option key={each} value={each}>
                  {t(`exampleChoices.${each}`)}
                </option>
              ))}
            </Select>
          </Field>
          {choice === "drawn" ? (
            <Field label={t("seed")}>
              <Input name="seed" type="number" min={0} max={2_147_483_647} defaultValue={1} required />
            </Field>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

/** What the fields say, as the start takes it. */
export function examplesOf(form: FormData) {
  const count = Number(form.get("exampleCount"));
  if (!count) return { examples: null, exampleSetId: null, seed: 1 };
  const choice = form.get("exampleChoice") === "drawn" ? ("drawn" as const) : ("first" as const);
  const subject = form.get("exampleSubject") === "same" ? ("same" as const) : ("any" as const);
  const exampleSetId = String(form.get("exampleSet") ?? "") || null;
  return { examples: { count, choice, subject }, exampleSetId, seed: Number(form.get("seed") ?? 1) };
}
