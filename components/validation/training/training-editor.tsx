"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, EmptyState, Notice } from "@/components/ui/surface";
import { newKey } from "@/components/work/new-key";
import { call } from "@/lib/platform/http/call";
import { changeTrainingOperation } from "@/lib/validation/training/api";
import { mostTrainingItems, type Training, type TrainingEntry } from "@/lib/validation/training/schema";
import { ChooseDocuments } from "./choose-documents";
import { type Lesson, LessonFields } from "./lesson-fields";

const lessonsOf = (training: Training): Lesson[] =>
  training.items.map((item) => ({ ...item, key: item.id, source: { id: item.id }, results: item }));

const entryOf = ({ source, text, label, explanation }: Lesson): TrainingEntry => ({
  ...(source === "own" ? { text } : source),
  label,
  explanation,
});

/** What people practise on before the round: a list with right labels, and where its documents come from. */
export function TrainingEditor(props: { studyId: string; roundId: string; training: Training }) {
  const t = useTranslations("validation.training");
  const router = useRouter();
  const { studyId, roundId } = props;
  const [training, setTraining] = useState(props.training);
  const [lessons, setLessons] = useState(() => lessonsOf(props.training));
  const changed = JSON.stringify(lessons.map(entryOf)) !== JSON.stringify(lessonsOf(training).map(entryOf));
  const save = useMutation({
    mutationFn: () =>
      call(changeTrainingOperation, {
        params: { studyId, roundId },
        body: { version: training.version, items: lessons.map(entryOf) },
      }),
    onSuccess: (now) => {
      setTraining(now);
      setLessons(lessonsOf(now));
      router.refresh();
    },
  });
  const change = (next: Lesson[]) => {
    setLessons(next);
    if (!save.isPending) save.reset();
  };
  const move = (index: number, by: 1 | -1) => {
    const next = [...lessons];
    const [one] = next.splice(index, 1);
    if (one) next.splice(index + by, 0, one);
    change(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const full = lessons.length >= mostTrainingItems;
  const taken = new Set(lessons.flatMap(({ itemId }) => (itemId ? [itemId] : [])));
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      <Card title={t("chosen")}>
        <form onSubmit={submit} className="flex flex-col gap-4">
          {training.state === "open" ? <Notice>{t("running")}</Notice> : null}
          {lessons.length === 0 ? <EmptyState title={t("nothingChosen")}>{t("nothingChosenHint")}</EmptyState> : null}
          <ol className="flex flex-col divide-y divide-line">
            {lessons.map((lesson, index) => (
              <li key={lesson.key} className="py-4 first:pt-0">
                <LessonFields
                  lesson={lesson}
                  number={index + 1}
                  last={index === lessons.length - 1}
                  onChange={(next) => change(lessons.map((one, at) => (at === index ? next : one)))}
                  onMove={(by) => move(index, by)}
                  onRemove={() => change(lessons.filter((_, at) => at !== index))}
                />
              </li>
            ))}
          </ol>
          <ProblemNotice error={save.error} />
          {full ? <p className="text-sm text-muted">{t("full", { most: mostTrainingItems })}</p> : null}
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" variant="primary" busy={save.isPending} disabled={!changed}>
              {t("save")}
            </Button>
            <Button
              disabled={full}
              onClick={() =>
                change([
                  ...lessons,
                  { key: newKey(), source: "own", itemId: null, text: "", label: "medical", explanation: "" },
                ])
              }
            >
              {t("addText")}
            </Button>
            <p role="status" className="text-sm text-muted">
              {changed ? t("unsaved") : save.isSuccess ? t("saved") : null}
            </p>
          </div>
        </form>
      </Card>
      <ChooseDocuments
        studyId={studyId}
        roundId={roundId}
        rounds={training.rounds}
        taken={taken}
        full={full}
        onAdd={({ itemId, text, gold }) =>
          change([
            ...lessons,
            { key: itemId, source: { itemId }, itemId, text, label: gold ?? "medical", explanation: "" },
          ])
        }
      />
    </div>
  );
}
