import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { digitsFor, Figure } from "@/components/ui/figure";
import { useMethodText } from "@/components/ui/method-text";
import type { EstimateView } from "@/lib/validation/quality/schema";

/** A figure with its name, its rows, and how it was computed. */
export function FigureCard(props: {
  name: string;
  estimate: EstimateView | null;
  /** in place of a figure */
  missing: string;
  explanation: string;
  percent?: boolean;
  large?: boolean;
  children?: ReactNode;
}) {
  const t = useTranslations("quality");
  const common = useTranslations("common");
  const format = useFormatter();
  const methodText = useMethodText();
  const { estimate } = props;
  return (
    <div className="min-w-0 rounded-base border border-line bg-surface p-4">
      <h3 className="text-sm text-muted">{props.name}</h3>
      {estimate ? (
        <p className={`mt-1 ${props.large ? "text-2xl" : "text-xl"}`}>
          <Figure estimate={estimate} percent={props.percent} />
        </p>
      ) : (
        <p className="mt-1 text-muted">{props.missing}</p>
      )}
      {estimate ? (
        <p className="mt-1 text-sm text-muted">
          {t("rows", { n: estimate.n, level: format.number(estimate.level, { style: "percent" }) })}
        </p>
      ) : null}
      {props.children}
      <details className="mt-2 text-sm">
        <summary className="py-1 text-muted">{common("howComputed")}</summary>
        <p className="mt-1">{props.explanation}</p>
        {estimate ? (
          <p className="mt-1 text-muted">
            {t("method", {
              method: methodText(estimate.method),
              error: format.number(estimate.standardError, { maximumFractionDigits: digitsFor(estimate.interval) + 1 }),
            })}
          </p>
        ) : null}
      </details>
    </div>
  );
}
