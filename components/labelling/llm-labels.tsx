"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsInteger, parseAsStringLiteral, useQueryState } from "nuqs";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listLlmLabelsOperation } from "@/lib/labelling/api";
import { outcomes } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";

/** The labels with the raw answers; the filter stays in the address. */
export function LlmLabels(props: { studyId: string; labellingRunId: string; done: number }) {
  const t = useTranslations("labelling");
  const format = useFormatter();
  const [outcome, setOutcome] = useQueryState("outcome", parseAsStringLiteral(outcomes));
  const [after, setAfter] = useQueryState("after", parseAsInteger);
  const page = useQuery({
    queryKey: ["llm-labels", props.labellingRunId, outcome, after, props.done > 0],
    queryFn: () =>
      call(listLlmLabelsOperation, {
        params: { studyId: props.studyId, labellingRunId: props.labellingRunId },
        query: { outcome: outcome ?? undefined, after: after ?? undefined },
      }),
    placeholderData: keepPreviousData,
  });
  const next = page.data?.next ?? null;
  return (
    <Card
      title={t("labels")}
      actions={
        <Select
          aria-label={t("filter")}
          className="w-auto"
          value={outcome ?? ""}
          onChange={(event) => {
            void setAfter(null);
            void setOutcome(outcomes.find((name) => name === event.target.value) ?? null);
          }}
        >
          <option value="">{t("all")}</option>
          {outcomes.map((name) => (
            <option key={name} value={name}>
              {t(`outcomes.${name}`)}
            </option>
          ))}
        </Select>
      }
    >
      <ProblemNotice error={page.error} onRetry={() => page.refetch()} />
      {page.data?.labels.length === 0 ? <p className="text-muted">{t("noLabels")}</p> : null}
      {page.data && page.data.labels.length > 0 ? (
        <Table
          caption={t("labels")}
          head={
            <>
              <HeadCell number>{t("number")}</HeadCell>
              <HeadCell>{t("document")}</HeadCell>
              <HeadCell>{t("label")}</HeadCell>
              <HeadCell number>{t("probability")}</HeadCell>
              <HeadCell>{t("rawAnswer")}</HeadCell>
            </>
          }
        >
          {page.data.labels.map((label) => (
            <tr key={label.itemId}>
              <Cell number>{format.number(label.position + 1)}</Cell>
              <Cell className="max-w-xl min-w-64">
                <span className="line-clamp-2 wrap-anywhere">{label.text}</span>
              </Cell>
              <Cell className={label.outcome ? "whitespace-nowrap" : "min-w-40 text-muted"}>
                {label.outcome ? t(`outcomes.${label.outcome}`) : t("kept")}
              </Cell>
              <Cell number>
                {label.probability === null
                  ? "–"
                  : format.number(label.probability, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}
              </Cell>
              <Cell className="max-w-64">
                <code className="line-clamp-2 text-sm wrap-anywhere">{label.rawAnswer}</code>
              </Cell>
            </tr>
          ))}
        </Table>
      ) : null}
      <div className="mt-4 flex gap-2">
        {after !== null ? <Button onClick={() => setAfter(null)}>{t("first")}</Button> : null}
        {next === null ? null : <Button onClick={() => setAfter(next)}>{t("next")}</Button>}
      </div>
    </Card>
  );
}
