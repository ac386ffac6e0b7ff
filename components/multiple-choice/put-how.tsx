import { useTranslations } from "next-intl";
import type { EvaluationSummary } from "@/lib/multiple-choice/schema";

/** How the questions were put: scoring, and what stood before them. Only what is the same in all of it is compared. */
export function PutHow({ evaluation }: { evaluation: EvaluationSummary }) {
  const t = useTranslations("evaluations");
  const { examples, templateVersion } = evaluation;
  return (
    <>
      {evaluation.template === "text-de" ? t("templates.text-de") : t("templates.letter-de")}
      <span className="block text-sm text-muted">{t("version", { version: templateVersion })}</span>
      <span className="block text-sm text-muted">
        {examples
          ? t("examplesPut", {
              count: examples.count,
              set: examples.questionSetName,
              choice: examples.choice,
              subject: examples.subject,
              seed: examples.seed ?? 0,
            })
          : t("examplesNone")}
      </span>
    </>
  );
}
