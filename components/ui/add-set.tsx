"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Button } from "./button";
import { Field, Input } from "./field";
import { ProblemNotice } from "./problem-notice";
import { Notice } from "./surface";

const reasons = [
  "not_json",
  "wrong_shape",
  "answer_not_among_choices",
  "duplicate_id",
  "invalid_utf8",
  "nul_character",
] as const;
const linesShown = 20;

type RejectedLine = { line: number; reason: string };

/** Adds a set of questions or prompts from a JSONL file; says what was taken, and of each line that was not, why. */
export function AddSet<Added extends { rejected: RejectedLine[] }>(props: {
  hint: string;
  add: (set: { name: string; text: string }) => Promise<Added>;
  /** how much was taken, and how many lines were not */
  outcome: (added: Added) => string;
}) {
  const t = useTranslations("sets");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const add = useMutation({
    mutationFn: async (data: FormData) => {
      const file = data.get("file");
      if (!(file instanceof File)) throw new Error("the form requires a file");
      return props.add({ name: String(data.get("name")), text: await file.text() });
    },
    onSuccess: () => {
      form.current?.reset();
      router.refresh();
    },
  });
  return (
    <>
      <form
        ref={form}
        className="mt-4 flex flex-wrap items-end gap-3 border-t border-line pt-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(new FormData(event.currentTarget));
        }}
      >
        <div className="min-w-48 flex-1">
          <Field label={t("name")}>
            <Input name="name" required maxLength={120} />
          </Field>
        </div>
        <div className="min-w-48 flex-1">
          <Field label={t("file")}>
            <Input name="file" type="file" accept=".jsonl,.json,.txt" required className="py-1" />
          </Field>
        </div>
        <Button type="submit" busy={add.isPending}>
          {t("add")}
        </Button>
      </form>
      <p className="mt-2 text-sm text-muted">{props.hint}</p>
      <div className="mt-3 flex flex-col gap-2 empty:hidden" aria-live="polite">
        <ProblemNotice error={add.error} />
        {add.data ? <Outcome title={props.outcome(add.data)} rejected={add.data.rejected} /> : null}
      </div>
    </>
  );
}

function Outcome(props: { title: string; rejected: RejectedLine[] }) {
  const t = useTranslations("sets");
  if (props.rejected.length === 0) return <Notice tone="done">{props.title}</Notice>;
  return (
    <Notice tone="attention" title={props.title}>
      <ul className="list-disc pl-5">
        {props.rejected.slice(0, linesShown).map(({ line, reason }) => {
          const [code, field] = reason.split(":");
          const known = reasons.find((name) => name === code) ?? "wrong_shape";
          return (
            <li key={line}>
              {t("line", { line })}: {t(`reasons.${known}`)}
              {field ? ` (${field})` : ""}
            </li>
          );
        })}
        {props.rejected.length > linesShown ? (
          <li>{t("moreLines", { count: props.rejected.length - linesShown })}</li>
        ) : null}
      </ul>
    </Notice>
  );
}
