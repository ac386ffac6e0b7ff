import { useFormatter, useTranslations } from "next-intl";
import { digitsFor } from "@/components/ui/figure";
import { Notice } from "@/components/ui/surface";
import { shownEstimate } from "@/lib/validation/quality/rules";
import { type LabelQuality, type Measure, measures } from "@/lib/validation/quality/schema";
import { FigureCard } from "./figure-card";
import { useProblemText } from "./problem-text";

/** The LLM's labels against people's: F1 first, then what it is made of. */
export function LabelFigures({ quality }: { quality: LabelQuality }) {
  const t = useTranslations("quality");
  const problemText = useProblemText();
  const { problem } = quality;
  const shown = problem ? measures.filter((measure) => quality.figures[measure].unsettled) : measures;
  return (
    <>
      {problem ? (
        <Notice tone="attention" title={t("noFigures")}>
          <p>{problemText(problem)}</p>
          {shown.length > 0 ? <p>{t("boundsOnly")}</p> : null}
        </Notice>
      ) : null}
      {shown.length > 0 ? <Cards quality={quality} shown={shown} /> : null}
    </>
  );
}

function Cards({ quality, shown }: { quality: LabelQuality; shown: readonly Measure[] }) {
  const t = useTranslations("quality");
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {shown.map((measure) => (
        <FigureCard
          key={measure}
          name={t(`measures.${measure}`)}
          estimate={shownEstimate(quality, measure)}
          missing={quality.problem ? t("noPoint") : t(`missing.${measure === "recall" ? "recall" : "precision"}`)}
          explanation={`${t(`explanations.${measure}`)} ${t("effectiveSizeHint")}`}
          percent={measure === "prevalence"}
          large={measure === "f1"}
        >
          {measure === "f1" ? <AfterStopping quality={quality} /> : null}
          <EffectiveSize size={quality.figures[measure].effectiveSize} />
          <Bounds quality={quality} measure={measure} />
        </FigureCard>
      ))}
    </div>
  );
}

/** Which interval the stop rule left, and what one for a fixed size would be: the one of the two that the figure lacks. */
function AfterStopping({ quality }: { quality: LabelQuality }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const { stopRule } = quality;
  const { estimate } = quality.figures.f1;
  if (!stopRule || !estimate) return null;
  const taken = shownEstimate(quality, "f1") !== estimate;
  const other = taken ? estimate.interval : stopRule;
  const show = (value: number) => format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const values = { documents: stopRule.documents, lower: show(other.lower), upper: show(other.upper) };
  return <p className="mt-1 text-sm text-muted">{t(taken ? "afterStopping" : "besideStopping", values)}</p>;
}

function EffectiveSize({ size }: { size: number | null }) {
  const t = useTranslations("quality");
  if (size === null) return null;
  return <p className="mt-1 text-sm text-muted">{t("effectiveSize", { count: Math.round(size) })}</p>;
}

/** What the figure would be if everything that people could not settle spoke against it, or for it. */
function Bounds({ quality, measure }: { quality: LabelQuality; measure: Measure }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const { unsettled, estimate } = quality.figures[measure];
  if (!unsettled || !(estimate || quality.problem)) return null;
  const count = quality.confusion.reduce((sum, row) => sum + row.unsettled, 0);
  // Two digits at least: the bounds say little when both read the same.
  const digits = Math.max(2, digitsFor(unsettled.limits));
  const show = (value: number) =>
    measure === "prevalence"
      ? format.number(value, { style: "percent", maximumFractionDigits: Math.max(0, digits - 2) })
      : format.number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (
    <p className="mt-1 text-sm text-muted">
      {t("unsettledBounds", {
        count,
        lower: show(unsettled.values.lower),
        upper: show(unsettled.values.upper),
        lowest: show(unsettled.limits.lower),
        highest: show(unsettled.limits.upper),
      })}
    </p>
  );
}
