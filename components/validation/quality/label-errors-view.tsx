"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Notice } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { type LabelErrors, measures } from "@/lib/validation/quality/schema";
import { useChoose } from "./use-choose";

/** What errors of the people who label would do to the figures; the assumed rate can be changed. */
export function LabelErrorsView({ errors }: { errors: LabelErrors }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 1 });
  const show = (value: number | null | undefined) =>
    value == null ? "–" : format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const { f1 } = errors.figures;
  const { lower, upper } = errors.interval ?? { lower: 0, upper: 0 };
  return (
    <div className="flex flex-col gap-4">
      <div className="max-w-[90ch]">
        <p>
          {t("labelErrorsSentence", {
            error: percent(errors.personError),
            wrong: percent(errors.labelError),
            lower: show(f1?.bounds?.lower),
            upper: show(f1?.bounds?.upper),
          })}{" "}
          {t("labelErrorsAtRandom", { value: show(f1?.atRandom) })}
        </p>
        <p className="mt-1 text-sm text-muted">
          {t(`labelErrorBases.${errors.basis}`, {
            documents: errors.documents,
            lower: percent(lower),
            upper: percent(upper),
          })}
        </p>
      </div>
      <ErrorForm key={errors.personError} errors={errors} />
      {errors.labelError > errors.mostAtRandom ? (
        <Notice tone="attention">{t("labelErrorsImpossible", { most: percent(errors.mostAtRandom) })}</Notice>
      ) : null}
      <Table
        caption={t("labelErrors")}
        head={
          <>
            <HeadCell>{t("measure")}</HeadCell>
            <HeadCell number>{t("asCounted")}</HeadCell>
            <HeadCell number>{t("errorsAtRandom")}</HeadCell>
            <HeadCell number>{t("errorsLowest")}</HeadCell>
            <HeadCell number>{t("errorsHighest")}</HeadCell>
          </>
        }
      >
        {measures.map((measure) => {
          const figure = errors.figures[measure];
          const value = (one: number | null | undefined) =>
            measure === "prevalence" && one != null ? percent(one) : show(one);
          return (
            <tr key={measure}>
              <Cell>{t(`measures.${measure}`)}</Cell>
              <Cell number>{value(figure?.observed)}</Cell>
              <Cell number>{value(figure?.atRandom)}</Cell>
              <Cell number>{value(figure?.bounds?.lower)}</Cell>
              <Cell number>{value(figure?.bounds?.upper)}</Cell>
            </tr>
          );
        })}
      </Table>
      <HowComputed>{t("labelErrorsComputed")}</HowComputed>
    </div>
  );
}

function ErrorForm({ errors }: { errors: LabelErrors }) {
  const t = useTranslations("quality");
  const { pending, choose } = useChoose();
  const [text, setText] = useState(errors.basis === "chosen" ? String(Math.round(errors.personError * 1e6) / 1e4) : "");
  return (
    <form
      className="flex flex-wrap items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        choose("error", text === "" ? "" : String(Number(text) / 100));
      }}
    >
      <div className="w-56">
        <Field label={t("personError")} hint={t("personErrorHint")}>
          <Input
            type="number"
            min={0}
            max={49}
            step="any"
            inputMode="decimal"
            placeholder={String(Math.round(errors.personError * 1000) / 10)}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      </div>
      <Button type="submit" busy={pending} className="mt-6">
        {t("apply")}
      </Button>
    </form>
  );
}

/** How figures came about, closed until asked for. */
export function HowComputed({ children }: { children: React.ReactNode }) {
  const common = useTranslations("common");
  return (
    <details className="max-w-[90ch] text-sm">
      <summary className="py-1 text-muted">{common("howComputed")}</summary>
      <p className="mt-1">{children}</p>
    </details>
  );
}
