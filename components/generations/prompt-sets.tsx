"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Notice } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { createPromptSetOperation } from "@/lib/generations/api";
import type { PromptSetSummary } from "@/lib/generations/schema";
import { call } from "@/lib/platform/http/call";

const reasons = ["not_json", "wrong_shape", "duplicate_id", "invalid_utf8", "nul_character"] as const;
const linesShown = 20;

export function PromptSets(props: { studyId: string; promptSets: PromptSetSummary[]; mayChange: boolean }) {
  const t = useTranslations("answers");
  const format = useFormatter();
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const create = useMutation({
    mutationFn: async (data: FormData) => {
      const file = data.get("file");
      if (!(file instanceof File)) throw new Error("the form requires a file");
      const body = { name: String(data.get("name")), text: await file.text() };
      return call(createPromptSetOperation, { params: { studyId: props.studyId }, body });
    },
    onSuccess: () => {
      form.current?.reset();
      router.refresh();
    },
  });
  return (
    <Card title={t("promptSets")}>
      {props.promptSets.length > 0 ? (
        <Table
          caption={t("promptSets")}
          head={
            <>
              <HeadCell>{t("name")}</HeadCell>
              <HeadCell number>{t("prompts")}</HeadCell>
              <HeadCell>{t("categories")}</HeadCell>
              <HeadCell>{t("added")}</HeadCell>
            </>
          }
        >
          {props.promptSets.map((set) => (
            <tr key={set.id}>
              <Cell className="font-semibold">{set.name}</Cell>
              <Cell number>{format.number(set.prompts)}</Cell>
              <Cell className="text-sm text-muted">
                {set.categories.map(({ category, prompts }) => `${category} (${format.number(prompts)})`).join(", ")}
              </Cell>
              <Cell className="whitespace-nowrap">
                {format.dateTime(new Date(set.createdAt), { dateStyle: "medium" })}
              </Cell>
            </tr>
          ))}
        </Table>
      ) : (
        <p className="text-muted">{t("noPromptSet")}</p>
      )}
      {props.mayChange ? (
        <>
          <form
            ref={form}
            className="mt-4 flex flex-wrap items-end gap-3 border-t border-line pt-4"
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate(new FormData(event.currentTarget));
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
            <Button type="submit" busy={create.isPending}>
              {t("upload")}
            </Button>
          </form>
          <p className="mt-2 text-sm text-muted">{t("fileHint")}</p>
        </>
      ) : null}
      <div className="mt-3 flex flex-col gap-2 empty:hidden" aria-live="polite">
        <ProblemNotice error={create.error} />
        {create.data ? <Outcome kept={create.data.prompts} rejected={create.data.rejected} /> : null}
      </div>
    </Card>
  );
}

/** How many prompts were taken, and each line that was not, with why. */
function Outcome(props: { kept: number; rejected: { line: number; reason: string }[] }) {
  const t = useTranslations("answers");
  if (props.rejected.length === 0) return <Notice tone="done">{t("taken", { count: props.kept })}</Notice>;
  return (
    <Notice tone="attention" title={t("someRejected", { kept: props.kept, count: props.rejected.length })}>
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
