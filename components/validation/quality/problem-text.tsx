import { useFormatter, useTranslations } from "next-intl";
import type { FigureProblem } from "@/lib/validation/quality/schema";
import { useStratumName } from "../stratum-name";

const known = [
  "empty_input",
  "stratum_without_items",
  "stratum_unsettled",
  "stratum_with_one_item",
  "too_few_observations",
  "convenience_sample",
  "no_variation",
  "all_labelled",
] as const;

/** Why there is no figure, as a sentence. */
export function useProblemText(): (problem: FigureProblem) => string {
  const t = useTranslations("quality.problems");
  const format = useFormatter();
  const stratumName = useStratumName();
  return ({ code, strata }) =>
    t(known.find((one) => one === code) ?? "other", { code, strata: format.list(strata.map(stratumName)) });
}
