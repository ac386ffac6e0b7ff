"use client";

import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Field, Select, Textarea } from "@/components/ui/field";
import {
  longestExplanation,
  longestTrainingText,
  type TrainingLabel,
  trainingLabels,
} from "@/lib/validation/training/schema";

/** One training document as it is being edited. */
export type Lesson = {
  key: string;
  /** there already, a document of the study, or a text of one's own that is not stored yet */
  source: { id: string } | { itemId: string } | "own";
  text: string;
  label: TrainingLabel;
  explanation: string;
  itemId: string | null;
  results?: { answered: number; right: number };
};

const icon =
  "inline-flex size-9 items-center justify-center rounded-base hover:bg-sunken disabled:opacity-50 max-sm:size-11";

export function LessonFields(props: {
  lesson: Lesson;
  number: number;
  last: boolean;
  onChange: (lesson: Lesson) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}) {
  const t = useTranslations("validation.training");
  const labels = useTranslations("validation.labels");
  const { lesson, number, onChange } = props;
  const own = lesson.itemId === null;
  const { results } = lesson;
  const name = t(own ? "ownTextNumber" : "documentNumber", { number });
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="sr-only">{name}</legend>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span aria-hidden className="font-semibold">
          {name}
        </span>
        <span className="flex items-center">
          {results && results.answered > 0 ? (
            <span className="mr-2 text-sm text-muted">{t("results", results)}</span>
          ) : null}
          <button
            type="button"
            className={icon}
            disabled={number === 1}
            aria-label={t("up")}
            onClick={() => props.onMove(-1)}
          >
            <ArrowUp size={16} aria-hidden />
          </button>
          <button
            type="button"
            className={icon}
            disabled={props.last}
            aria-label={t("down")}
            onClick={() => props.onMove(1)}
          >
            <ArrowDown size={16} aria-hidden />
          </button>
          <button type="button" className={icon} aria-label={t("remove")} onClick={props.onRemove}>
            <Trash2 size={16} aria-hidden />
          </button>
        </span>
      </div>
      {lesson.source === "own" ? (
        <Field label={t("ownText")}>
          <Textarea
            required
            autoFocus
            rows={5}
            lang="de"
            maxLength={longestTrainingText}
            value={lesson.text}
            onChange={(event) => onChange({ ...lesson, text: event.target.value })}
          />
        </Field>
      ) : (
        <details>
          <summary className="truncate font-serif" lang="de">
            {lesson.text.slice(0, 160)}
          </summary>
          <div lang="de" className="mt-2 max-h-72 overflow-y-auto font-serif break-words whitespace-pre-wrap">
            {lesson.text}
          </div>
        </details>
      )}
      <Field label={t("rightLabel")}>
        <Select
          className="w-auto! self-start"
          value={lesson.label}
          onChange={(event) =>
            onChange({ ...lesson, label: trainingLabels.find((one) => one === event.target.value) ?? lesson.label })
          }
        >
          {trainingLabels.map((label) => (
            <option key={label} value={label}>
              {labels(label)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("explanation")} hint={t("explanationHint")}>
        <Textarea
          rows={2}
          maxLength={longestExplanation}
          value={lesson.explanation}
          onChange={(event) => onChange({ ...lesson, explanation: event.target.value })}
        />
      </Field>
    </fieldset>
  );
}
