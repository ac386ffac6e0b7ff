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
import { createQuestionSetOperation } from "@/lib/multiple-choice/api";
import type { QuestionSetSummary } from "@/lib/multiple-choice/schema";
import { call } from "@/lib/platform/http/call";

const reasons = [
  "not_json",
  "wrong_shape",
  "answer_not_among_choices",
  "duplicate_id",
  "invalid_utf8",
  "nul_character",
] as const;

export function QuestionSets(props: { studyId: string; questionSets: QuestionSetSummary[]; mayChange: boolean }) {
  const t = useTranslations("evaluations");
  const format = useFormatter();
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const create = useMutation({
    mutationFn: async (data: FormData) => {
      const file = data.get("file");
      if (!(file instanceof File)) throw new Error("the form requires a file");
      const body = { name: String(data.get("name")), text: await file.text() };
      return call(createQuestionSetOperation, { params: { studyId: props.studyId }, body });
    },
    onSuccess: () => {
      form.current?.reset();
      router.refresh();
    },
  });
  return (
    <Card title={t("questionSets")}>
      {props.questionSets.length > 0 ? (
        <Table
          caption={t("questionSets")}
          head={
            <>
              <HeadCell>{t("name")}</HeadCell>
              <HeadCell number>{t("questions")}</HeadCell>
              <HeadCell>{t("subjects")}</HeadCell>
              <HeadCell number>{t("rejected")}</HeadCell>
            </>
          }
        >
          {props.questionSets.map((set) => (
            <tr key={set.id}>
              <Cell className="font-semibold">{set.name}</Cell>
              <Cell number>{format.number(set.questions)}</Cell>
              <Cell className="text-sm text-muted">
                {set.subjects.map(({ subject, questions }) => `${subject} (${questions})`).join(", ")}
              </Cell>
              <Cell number>{format.number(set.rejected)}</Cell>
            </tr>
          ))}
        </Table>
      ) : (
        <p className="text-muted">{t("noQuestionSet")}</p>
      )}
      {props.mayChange ? (
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
      ) : null}
      <p className="mt-2 text-sm text-muted">{t("fileHint")}</p>
      <div className="mt-3 flex flex-col gap-2">
        <ProblemNotice error={create.error} />
        {create.data && create.data.rejected.length > 0 ? (
          <Notice
            tone="attention"
            title={t("someRejected", { kept: create.data.questions, count: create.data.rejected.length })}
          >
            <ul className="list-disc pl-5">
              {create.data.rejected.slice(0, 20).map(({ line, reason }) => {
                const [code, field] = reason.split(":");
                const known = reasons.find((name) => name === code) ?? "wrong_shape";
                return (
                  <li key={line}>
                    {t("line", { line })}: {t(`reasons.${known}`)}
                    {field ? ` (${field})` : ""}
                  </li>
                );
              })}
            </ul>
          </Notice>
        ) : null}
      </div>
    </Card>
  );
}
