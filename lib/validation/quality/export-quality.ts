import { type CsvCell, writeCsv } from "@/lib/platform/csv";
import type { StudyActor } from "@/lib/studies/actor";
import { readQuality } from "./read-quality";
import { coefficients, type EstimateView, type FigureProblem, measures, type QualityQuery } from "./schema";

const header = [
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
];

type Bounds = { lower: number; upper: number } | null | undefined;

function figureRow(
  name: string,
  estimate: EstimateView | null,
  speaksOf: string,
  problem: FigureProblem | null,
  bounds?: Bounds,
): CsvCell[] {
  const why = problem ? [problem.code, ...problem.strata].join(" ") : null;
  const { value, standardError, interval, level, n, method } = estimate ?? {};
  const numbers = [value, standardError, interval?.lower, interval?.upper, level, n, method];
  return [name, ...numbers.map((one) => one ?? null), speaksOf, bounds?.lower ?? null, bounds?.upper ?? null, why];
}

/** Every figure of the page as CSV, one a line. */
export async function exportFigures(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality, agreement } = await readQuality(actor, roundId, query);
  const rows = measures.flatMap((measure) => {
    const figure = labelQuality?.figures[measure];
    if (!labelQuality || !figure) return [];
    return [figureRow(measure, figure.estimate, labelQuality.target, labelQuality.problem, figure.unsettled?.limits)];
  });
  for (const name of coefficients) {
    const { estimate, problem } = agreement.figures[name];
    rows.push(figureRow(`agreement_${name}`, estimate, "drawn_documents", problem));
  }
  for (const { first, second, estimate, problem } of agreement.pairs) {
    rows.push(figureRow(`kappa ${first} / ${second}`, estimate, "drawn_documents", problem));
  }
  return writeCsv(header, rows);
}

/** The confusion matrix as CSV: documents, and the share of the corpus that they stand for. */
export async function exportConfusion(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality } = await readQuality(actor, roundId, query);
  const rows = (labelQuality?.confusion ?? []).flatMap((row): CsvCell[][] => [
    [row.outcome, "medical", row.medical, row.medicalShare],
    [row.outcome, "non_medical", row.non_medical, row.nonMedicalShare],
    [row.outcome, "unsettled", row.unsettled, null],
  ]);
  return writeCsv(["llm", "people", "documents", "share_of_corpus"], rows);
}
