import { useFormatter, useTranslations } from "next-intl";
import type { LabellingChoice } from "@/lib/validation/quality/schema";

/** Model, prompt and date of a labelling run, as in the choice of it. Server and client. */
export function useLabellingName(): (run: LabellingChoice) => string {
  const t = useTranslations("quality");
  const format = useFormatter();
  return (run) =>
    t("labellingOption", {
      model: run.model,
      prompt: `${run.promptLanguage} ${run.promptVersion}`,
      date: format.dateTime(new Date(run.createdAt), { dateStyle: "medium" }),
    });
}
