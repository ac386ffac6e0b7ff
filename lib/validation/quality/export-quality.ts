import { type CsvCell, writeCsv } from "@/lib/platform/csv";
import type { StudyActor } from "@/lib/studies/actor";
import { compareLabellings } from "./compare-labellings";
import { figureRow, figuresCsv, figuresHeader } from "./figures-csv";
import { listDisputed } from "./list-disputed";
import { readDrift } from "./read-drift";
import { readParts } from "./read-parts";
import { readQuality } from "./read-quality";
import {
  type CompleteQuality,
  type Drift,
  driftMeasures,
  measures,
  type Part,
  partMeasures,
  type QualityQuery,
} from "./schema";

/** Everything of the page as data: what the page reads, and what it asks for by itself. */
export async function readCompleteQuality(
  actor: StudyActor,
  roundId: string,
  query: QualityQuery,
): Promise<CompleteQuality> {
  const quality = await readQuality(actor, roundId, query);
  const { second } = query;
  const [parts, comparison, disputed, drift] = await Promise.all([
    readParts(actor, roundId, query),
    second ? compareLabellings(actor, roundId, { ...query, second }) : null,
    quality.round.state === "closed" ? listDisputed(actor, roundId) : null,
    readDrift(actor, roundId, query),
  ]);
  return { quality, parts, comparison, disputed: disputed?.documents ?? null, drift };
}

/** The figures that an export of the round gives again by one command, as CSV, one a line. */
export async function exportFigures(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality, agreement } = await readQuality(actor, roundId, query);
  return figuresCsv(labelQuality, agreement);
}

/** The figures in depth as CSV, one a line: all LLM labels, errors of people, parts, a comparison, consistency, drift. */
export async function exportDetails(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { quality, parts, comparison, drift } = await readCompleteQuality(actor, roundId, query);
  const rows = [
    ...labelRows(quality.labelQuality),
    ...(parts ? [...parts.strata, ...parts.sources] : []).flatMap((part) => partRows(part, query.target)),
    ...comparisonRows(comparison),
    ...quality.consistency.map(({ person, share }) =>
      figureRow(`consistency ${person}`, share, "repeated_documents", null),
    ),
    ...driftRows(drift),
  ];
  return writeCsv(figuresHeader, rows);
}

/** The columns of figuresHeader after "speaks_of". */
const noBounds = [null, null, null, null, null];

function labelRows(labelQuality: CompleteQuality["quality"]["labelQuality"]): CsvCell[][] {
  if (!labelQuality) return [];
  const { target, predictionPowered, labelErrors, stopRule } = labelQuality;
  const rows = [
    figureRow("prevalence_prediction_powered", predictionPowered.estimate, target, predictionPowered.problem, {
      onlyLlm: predictionPowered.unlabelled,
    }),
  ];
  if (stopRule) {
    const method = `anytime-valid interval when the stop rule ended the round (half-width ${stopRule.halfWidth})`;
    const { lower, upper, documents } = stopRule;
    rows.push(["f1_when_stopped", null, null, lower, upper, 0.95, documents, method, "this_corpus", ...noBounds]);
  }
  if (!labelErrors) return rows;
  const { labelError } = labelErrors;
  for (const measure of measures) {
    const { atRandom, bounds } = labelErrors.figures[measure];
    const method = `share of wrong labels ${labelError}, value: errors at random, limits: errors anywhere`;
    const limits = [bounds?.lower ?? null, bounds?.upper ?? null];
    rows.push([`${measure}_if_people_err`, atRandom, null, ...limits, null, null, method, target, ...noBounds]);
  }
  return rows;
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
