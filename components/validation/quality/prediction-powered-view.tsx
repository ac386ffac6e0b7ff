import { useFormatter, useTranslations } from "next-intl";
import type { LabelQuality } from "@/lib/validation/quality/schema";
import { FigureCard } from "./figure-card";
import { useProblemText } from "./problem-text";

/** The share of medical documents twice: from people's labels, and with the LLM's labels of the documents they left. */
export function PredictionPoweredView({ quality }: { quality: LabelQuality }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const problemText = useProblemText();
  const { estimate, problem, labelled, unlabelled } = quality.predictionPowered;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <FigureCard
        name={t("peopleOnly")}
        estimate={quality.figures.prevalence.estimate}
        missing={quality.problem ? problemText(quality.problem) : "–"}
        explanation={t("explanations.prevalence")}
        percent
      />
      <FigureCard
        name={t("predictionPowered")}
        estimate={estimate}
        missing={problem ? problemText(problem) : "–"}
        explanation={t("predictionPoweredExplanation")}
        percent
      >
        {estimate ? (
          <p className="mt-1 text-sm text-muted">
            {t("predictionPoweredRows", {
              labelled,
              unlabelled,
              lambda: format.number(estimate.lambda, { maximumFractionDigits: 2 }),
            })}
          </p>
        ) : null}
      </FigureCard>
    </div>
  );
}
