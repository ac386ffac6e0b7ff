"use client";

import { useFormatter, useTranslations } from "next-intl";
import { AddSet } from "@/components/ui/add-set";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { createQuestionSetOperation } from "@/lib/multiple-choice/api";
import type { QuestionSetSummary } from "@/lib/multiple-choice/schema";
import { call } from "@/lib/platform/http/call";

export function QuestionSets(props: { studyId: string; questionSets: QuestionSetSummary[]; mayChange: boolean }) {
  const t = useTranslations("evaluations");
  const format = useFormatter();
  return (
    <Card title={t("questionSets")}>
      {props.questionSets.length > 0 ? (
        <Table
          caption={t("questionSets")}
          head={
            <>
              <HeadCell>{t("name")}</HeadCell>
              <HeadCell number>{t("questions")}</HeadCell>
              <HeadCell number>{t("examples")}</HeadCell>
              <HeadCell>{t("subjects")}</HeadCell>
              <HeadCell number>{t("rejected")}</HeadCell>
            </>
          }
        >
          {props.questionSets.map((set) => (
            <tr key={set.id}>
              <Cell className="font-semibold">{set.name}</Cell>
              <Cell number>{format.number(set.questions)}</Cell>
              <Cell number>{format.number(set.examples)}</Cell>
              <Cell className="text-sm text-muted">
                {set.subjects
                  .filter(({ questions }) => questions > 0)
                  .map(({ subject, questions }) => `${subject} (${questions})`)
                  .join(", ")}
              </Cell>
              <Cell number>{format.number(set.rejected)}</Cell>
            </tr>
          ))}
        </Table>
      ) : (
        <p className="text-muted">{t("noQuestionSet")}</p>
      )}
      {props.mayChange ? (
        <AddSet
          hint={t("fileHint")}
          add={(body) => call(createQuestionSetOperation, { params: { studyId: props.studyId }, body })}
          outcome={({ questions, examples, rejected }) =>
            t("taken", { kept: questions, examples, rejected: rejected.length })
          }
        />
      ) : null}
    </Card>
  );
}
