import { type CsvCell, writeCsv } from "@/lib/platform/csv";
import { figureRow, figuresHeader, noBounds, stopRuleRows } from "./figures-csv";
import {
  type CompleteQuality,
  type Drift,
  driftMeasures,
  type LabelErrors,
  type LabelQuality,
  measures,
  type Part,
  type Parts,
  partMeasures,
} from "./schema";

/** The figures in depth as CSV, one a line: all LLM labels, errors of people, parts, a comparison, consistency, drift. */
export function detailsCsv({ quality, parts, comparison, drift }: CompleteQuality): string {
  const { labelQuality } = quality;
  const rows = [
    ...(labelQuality ? labelRows(labelQuality, parts) : []),
    ...comparisonRows(comparison),
    ...quality.consistency.map(({ person, share }) =>
      figureRow(`consistency ${person}`, share, "repeated_documents", null),
    ),
    ...driftRows(drift),
  ];
  return writeCsv(figuresHeader, rows);
}

/** The confusion matrix as CSV: documents, and the share of the corpus that they stand for. */
export function confusionCsv(labelQuality: LabelQuality | null): string {
  const rows = (labelQuality?.confusion ?? []).flatMap((row): CsvCell[][] => [
    [row.outcome, "medical", row.medical, row.medicalShare],
    [row.outcome, "non_medical", row.non_medical, row.nonMedicalShare],
    [row.outcome, "unsettled", row.unsettled, null],
  ]);
  return writeCsv(["llm", "people", "documents", "share_of_corpus"], rows);
}

function labelRows(labelQuality: LabelQuality, parts: Parts | null): CsvCell[][] {
  const { target, predictionPowered, labelErrors, stopRule } = labelQuality;
  const { estimate, problem, unlabelled } = predictionPowered;
  return [
    figureRow("prevalence_prediction_powered", estimate, target, problem, { onlyLlm: unlabelled }),
    ...stopRuleRows(stopRule),
    ...errorRows(labelErrors, target),
    ...(parts ? [...parts.strata, ...parts.sources] : []).flatMap((part) => partRows(part, target)),
  ];
}

function errorRows(labelErrors: LabelErrors | null, target: string): CsvCell[][] {
  if (!labelErrors) return [];
  return measures.map((measure) => {
    const { atRandom, bounds } = labelErrors.figures[measure];
    const method = `share of wrong labels ${labelErrors.labelError}, value: errors at random, limits: errors anywhere`;
    const limits = [bounds?.lower ?? null, bounds?.upper ?? null];
    return [`${measure}_if_people_err`, atRandom, null, ...limits, null, null, method, target, ...noBounds];
  });
}

function partRows(part: Part, target: string): CsvCell[][] {
  const name = part.kind === "stratum" || part.kind === "source" ? `${part.kind} ${part.key}` : `${part.kind} source`;
  return partMeasures.map((measure) => figureRow(`${measure} ${name}`, part.figures[measure], target, part.problem));
}

function comparisonRows(comparison: CompleteQuality["comparison"]): CsvCell[][] {
  if (!comparison) return [];
  const { first, second, target, problem } = comparison;
  return partMeasures.flatMap((measure) => {
    const sides = comparison.measures[measure];
    return [
      figureRow(`${measure} first ${first}`, sides.first, target, problem),
      figureRow(`${measure} second ${second}`, sides.second, target, problem),
      figureRow(`${measure} second - first`, sides.difference, target, problem),
    ];
  });
}

function driftRows({ parts, measures: drifts }: Drift): CsvCell[][] {
  if (parts === 0) return [];
  return driftMeasures.flatMap((name) => {
    const { shares, trend } = drifts[name];
    const rows = shares.map((share, index) =>
      figureRow(`drift ${name} part ${index + 1} of ${parts}`, share, "decisions", null),
    );
    if (!trend) return rows;
    const { change, interval, z, pValue, n } = trend;
    const method = `change over the round within each person, Cochran-Armitage trend, z ${z}, p ${pValue}`;
    const change95 = [change, null, interval.lower, interval.upper, 0.95, n, method];
    return [...rows, [`drift ${name} change`, ...change95, "decisions", ...noBounds]];
  });
}
