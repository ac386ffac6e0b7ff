"use client";

import { useFormatter, useTranslations } from "next-intl";
import { AddSet } from "@/components/ui/add-set";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { createPromptSetOperation } from "@/lib/generations/api";
import type { PromptSetSummary } from "@/lib/generations/schema";
import { call } from "@/lib/platform/http/call";

export function PromptSets(props: { studyId: string; promptSets: PromptSetSummary[]; mayChange: boolean }) {
  const t = useTranslations("answers");
  const format = useFormatter();
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
        <AddSet
          hint={t("fileHint")}
          add={(body) => call(createPromptSetOperation, { params: { studyId: props.studyId }, body })}
          outcome={({ prompts, rejected }) => t("taken", { kept: prompts, rejected: rejected.length })}
        />
      ) : null}
    </Card>
  );
}
