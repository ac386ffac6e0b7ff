"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Notice } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { type ColumnMapping, columnRoles, type ImportPreview } from "@/lib/corpus/schema";

/** Which column is what, as guessed from the first lines, to be changed before anything is read. */
export function ColumnsForm(props: {
  preview: ImportPreview;
  busy: boolean;
  error: unknown;
  onStart: (input: { name: string; columns: ColumnMapping }) => void;
  onBack: () => void;
}) {
  const t = useTranslations("corpora");
  const format = useFormatter();
  const { preview } = props;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const column = (role: string) => String(form.get(role) ?? "") || null;
        props.onStart({
          name: String(form.get("name")),
          columns: {
            text: column("text") ?? "",
            id: column("id"),
            source: column("source"),
            url: column("url"),
            language: column("language"),
            gold: column("gold"),
          },
        });
      }}
    >
      <p className="text-muted">
        {preview.fileName} · {format.number(preview.bytes / 1e6, { maximumFractionDigits: 1 })} MB · {preview.format}
      </p>
      {preview.unreadable.length > 0 ? (
        <Notice
          tone="attention"
          title={t("unreadableFirst", { count: preview.unreadable.length, of: preview.linesRead })}
        >
          <ul className="list-disc pl-5 text-sm">
            {preview.unreadable.slice(0, 5).map(({ line, code }) => (
              <li key={line}>
                {t("line", { line })}: {t(`rejectCodes.${code}`)}
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
      <Field label={t("name")}>
        <Input
          name="name"
          required
          maxLength={120}
          defaultValue={preview.fileName.replace(/\.(jsonl|json|parquet)?(\.gz)?$/i, "").slice(0, 120)}
        />
      </Field>
      <fieldset className="grid gap-4 sm:grid-cols-2">
        <legend className="mb-2 font-semibold">{t("columns")}</legend>
        {columnRoles.map((role) => (
          <Field key={role} label={t(`roles.${role}`)} hint={role === "gold" ? t("goldHint") : undefined}>
            <Select name={role} defaultValue={preview.guess[role] ?? ""} required={role === "text"}>
              <option value="">{role === "text" ? t("choose") : t("noColumn")}</option>
              {preview.columns.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
        ))}
      </fieldset>
      <Table
        caption={t("columns")}
        head={
          <>
            <HeadCell>{t("column")}</HeadCell>
            <HeadCell>{t("kind")}</HeadCell>
            <HeadCell>{t("example")}</HeadCell>
          </>
        }
      >
        {preview.columns.slice(0, 30).map((column) => (
          <tr key={column.name}>
            <Cell className="font-semibold">{column.name}</Cell>
            <Cell>{column.kinds.join(", ")}</Cell>
            <Cell className="max-w-72 truncate text-muted">{column.example}</Cell>
          </tr>
        ))}
      </Table>
      <ProblemNotice error={props.error} />
      <div className="flex gap-2">
        <Button type="submit" variant="primary" busy={props.busy}>
          {t("startImport")}
        </Button>
        <Button onClick={props.onBack}>{t("otherFile")}</Button>
      </div>
    </form>
  );
}
