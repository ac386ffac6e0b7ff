"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { KeyFigure } from "@/components/ui/figure";
import type { Spending } from "@/lib/labelling/schema";
import { useMoney } from "./use-money";

/** What asking an endpoint has taken, what all of it will, and how much it may; `action` stands beside the budget. */
export function TokenSpending({ spending, action }: { spending: Spending; action?: ReactNode }) {
  const t = useTranslations("labelling.spending");
  const format = useFormatter();
  const money = useMoney();
  const { tokenBudget, promptTokens, completionTokens, expectedTokens, currency, cost, expectedCost } = spending;
  const tokens = promptTokens + completionTokens;
  const about = (value: string) => t("about", { value });
  return (
    <section aria-label={t("title")} className="flex flex-col gap-3">
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
        <KeyFigure
          label={t("tokens")}
          note={t("tokensNote", { prompt: format.number(promptTokens), completion: format.number(completionTokens) })}
        >
          <span className="tabular">{format.number(tokens)}</span>
        </KeyFigure>
        <KeyFigure label={t("expected")} note={expectedTokens === null ? t("expectedLater") : t("expectedNote")}>
          <span className="tabular">
            {expectedTokens === null ? "–" : about(format.number(expectedTokens, { maximumSignificantDigits: 3 }))}
          </span>
        </KeyFigure>
        {cost !== null && currency !== null ? (
          <KeyFigure
            label={t("cost")}
            note={expectedCost === null ? null : t("inAll", { cost: about(money(expectedCost, currency)) })}
          >
            <span className="tabular">{money(cost, currency)}</span>
          </KeyFigure>
        ) : null}
        <KeyFigure
          label={t("budget")}
          note={
            tokenBudget === null
              ? null
              : t("used", {
                  share: format.number(tokens / tokenBudget, { style: "percent", maximumFractionDigits: 0 }),
                })
          }
        >
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="tabular">{tokenBudget === null ? t("none") : format.number(tokenBudget)}</span>
            {action}
          </span>
        </KeyFigure>
      </div>
      <p className="text-sm text-muted">
        {spending.uncounted > 0 ? `${t("uncounted", { count: spending.uncounted })} ` : ""}
        {t("counted")}
      </p>
    </section>
  );
}
