import { type CsvCell, writeCsv } from "@/lib/platform/csv";
import {
  type Agreement,
  coefficients,
  type EstimateView,
  type FigureProblem,
  type LabelQuality,
  measures,
} from "./schema";

export const figuresHeader = [
  "figure",
  "value",
  "standard_error",
  "lower",
  "upper",
  "level",
  "n",
  "method",
  "speaks_of",
  "lower_if_unsettled_speak_against_it",
  "upper_if_unsettled_speak_for_it",
  "no_figure_because",
  "effective_n",
  "n_with_llm_label_only",
];

type Bounds = { lower: number; upper: number } | null | undefined;

type More = { bounds?: Bounds; effectiveSize?: number | null; onlyLlm?: number };

export function figureRow(
  name: string,
  estimate: EstimateView | null,
  speaksOf: string,
  problem: FigureProblem | null,
  { bounds, effectiveSize, onlyLlm }: More = {},
): CsvCell[] {
  const why = problem ? [problem.code, ...problem.strata].join(" ") : null;
  const { value, standardError, interval, level, n, method } = estimate ?? {};
  const numbers = [value, standardError, interval?.lower, interval?.upper, level, n, method];
  const more = [bounds?.lower, bounds?.upper, why, effectiveSize, onlyLlm];
  return [name, ...numbers.map((one) => one ?? null), speaksOf, ...more.map((one) => one ?? null)];
}

/** The columns of figuresHeader after "speaks_of". */
export const noBounds = [null, null, null, null, null];

/** F1's interval that holds after looking again and again, where a stop rule has ended the round. */
export function stopRuleRows(stopRule: LabelQuality["stopRule"]): CsvCell[][] {
  if (!stopRule) return [];
  const method = `anytime-valid interval when the stop rule ended the round (half-width ${stopRule.halfWidth})`;
  const { lower, upper, documents } = stopRule;
  return [["f1_when_stopped", null, null, lower, upper, 0.95, documents, method, "this_corpus", ...noBounds]];
}

/** Every figure of the label quality, one a line. */
export function figuresCsv(labelQuality: LabelQuality | null, agreement: Agreement): string {
  const rows = measures.flatMap((measure) => {
    const figure = labelQuality?.figures[measure];
    if (!labelQuality || !figure) return [];
    const more = { bounds: figure.unsettled?.limits, effectiveSize: figure.effectiveSize };
    return [figureRow(measure, figure.estimate, labelQuality.target, labelQuality.problem, more)];
  });
  rows.push(...stopRuleRows(labelQuality?.stopRule ?? null));
  for (const name of coefficients) {
    const { estimate, problem } = agreement.figures[name];
    rows.push(figureRow(`agreement_${name}`, estimate, "drawn_documents", problem));
  }
  for (const { first, second, estimate, problem } of agreement.pairs) {
    rows.push(figureRow(`kappa ${first} / ${second}`, estimate, "drawn_documents", problem));
  }
  return writeCsv(figuresHeader, rows);
}
