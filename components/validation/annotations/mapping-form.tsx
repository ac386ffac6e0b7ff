"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Notice } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { AnnotationPreview, Mapping, Meaning } from "@/lib/validation/annotations/schema";
import { decisionLabels } from "@/lib/validation/schema";
import { LeftOut } from "./left-out";

/** The labels of the file with their counts; a person says what each means here, or leaves it out. */
export function MappingForm(props: {
  preview: AnnotationPreview;
  busy: boolean;
  error: unknown;
  onStart: (input: { name: string; mapping: Mapping }) => void;
  onBack: () => void;
}) {
  const t = useTranslations("annotations");
  const names = useTranslations("validation.labels");
  const format = useFormatter();
  const { preview } = props;
  const [meanings, setMeanings] = useState<(Meaning | null)[]>(preview.labels.map((label) => label.suggestion));
  const choose = (at: number, value: string) =>
    setMeanings(
      meanings.map((one, index) => (index === at ? (decisionLabels.find((label) => label === value) ?? null) : one)),
    );
  const several = new Set(preview.labels.map(({ control }) => control)).size > 1;
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        const mapping = preview.labels.map(({ control, label }, at) => ({
          control,
          label,
          meaning: meanings[at] ?? null,
        }));
        props.onStart({ name: String(new FormData(event.currentTarget).get("name")), mapping });
      }}
    >
      <Notice title={preview.fileName}>
        <p>
          {t("foundText", { entries: preview.entries, annotations: preview.annotations, people: preview.people })}{" "}
          {t("privacy")}
        </p>
        {preview.unnamed > 0 ? <p>{t("unnamed", { count: preview.unnamed })}</p> : null}
      </Notice>
      <Card title={t("labels")}>
        <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("labelsHint")}</p>
        <Table
          caption={t("labels")}
          head={
            <>
              <HeadCell>{t("label")}</HeadCell>
              <HeadCell number>{t("count")}</HeadCell>
              <HeadCell>{t("meaning")}</HeadCell>
            </>
          }
        >
          {preview.labels.map(({ control, label, count }, at) => (
            <tr key={JSON.stringify([control, label])}>
              <Cell className="min-w-24 wrap-break-word hyphens-auto">
                <span className="font-semibold">{label}</span>
                {several ? <span className="block text-sm text-muted">{t("control", { control })}</span> : null}
              </Cell>
              <Cell number>{format.number(count)}</Cell>
              <Cell>
                <Select
                  aria-label={t("meaningOf", { label })}
                  className="min-w-32"
                  value={meanings[at] ?? ""}
                  onChange={(event) => choose(at, event.target.value)}
                >
                  <option value="">{t("leaveOut")}</option>
                  {decisionLabels.map((meaning) => (
                    <option key={meaning} value={meaning}>
                      {names(meaning)}
                    </option>
                  ))}
                </Select>
              </Cell>
            </tr>
          ))}
        </Table>
      </Card>
      <LeftOut {...preview} title={(count) => t("leftOut", { count })} />
      <div className="max-w-xl">
        <Field label={t("name")}>
          <Input name="name" required maxLength={120} defaultValue={nameOf(preview.fileName)} />
        </Field>
      </div>
      <ProblemNotice error={props.error} />
      <div className="flex flex-wrap gap-2">
        <Button onClick={props.onBack}>{t("other")}</Button>
        <Button
          type="submit"
          variant="primary"
          busy={props.busy}
          disabled={meanings.every((meaning) => meaning === null)}
        >
          {t("start")}
        </Button>
      </div>
    </form>
  );
}

const nameOf = (fileName: string) => fileName.replace(/(\.(json|jsonl|ndjson|csv|tsv|txt))+$/i, "").slice(0, 120);
