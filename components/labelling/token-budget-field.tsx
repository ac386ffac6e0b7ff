"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field, Input } from "@/components/ui/field";
import { highestCost } from "@/lib/labelling/rules";
import type { TokenPrice } from "@/lib/labelling/schema";
import { useMoney } from "./use-money";

/** The budget that a form says; null: none. */
export function tokenBudgetOf(form: FormData): number | null {
  const text = String(form.get("tokenBudget") ?? "").trim();
  return text === "" ? null : Number(text);
}

/** How many tokens may be spent, and what so many cost at most where the price is known. */
export function TokenBudgetField({ price, usual = null }: { price: TokenPrice | null; usual?: number | null }) {
  const t = useTranslations("labelling.spending");
  const money = useMoney();
  const [value, setValue] = useState(usual === null ? "" : String(usual));
  const tokens = Number(value);
  const cost = price && tokens > 0 ? money(highestCost(price, tokens), price.currency) : null;
  return (
    <Field label={t("budget")} hint={cost ? `${t("highest", { cost })} ${t("budgetHint")}` : t("budgetHint")}>
      <Input
        name="tokenBudget"
        type="number"
        inputMode="numeric"
        min={1}
        max={1e12}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
    </Field>
  );
}
