import { chooseLabelling } from "../quality/choose-labelling";
import { comparisonOf } from "../quality/comparison";
import { computeQuality, type LabelledCounts } from "../quality/compute-quality";
import { driftOf } from "../quality/drift";
import { partsOf } from "../quality/parts";
import type { CompleteQuality, LabellingChoice, LabelQuality, QualityQuery } from "../quality/schema";
import { anytimeF1 } from "../stop-rule/anytime-f1";
import { ExportCounts, type Looked } from "./export-counts";
import { type ExportedRound, type ExportRow, exportRowSchema } from "./schema";

/**
 * All figures of the label quality from the lines of a JSONL export alone, by the same formulas as the page; what the page
 * reads from tallies is counted while the lines go by. `warnings`: sentences about what does not fit together in the file.
 * Throws an Error that names the line where the file is no such export, and where it does not hold what is asked for.
 */
export async function recomputeQuality(
  lines: AsyncIterable<string> | Iterable<string>,
  query: QualityQuery,
): Promise<{ complete: CompleteQuality; warnings: string[] }> {
  let read: { facts: ExportedRound; looked: Looked; counts: ExportCounts } | null = null;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === "") continue;
    const row = parseRow(line, number);
    if (!read) {
      const facts = factsOf(row, number);
      const looked = look(facts, query);
      read = { facts, looked, counts: new ExportCounts(looked) };
    }
    read.counts.add(row);
  }
  if (!read) throw new Error("The file is empty. This command reads the JSONL export of a round.");
  const { facts, looked, counts } = read;
  const complete = completeOf(facts, looked, counts, query);
  return { complete, warnings: warningsOf(facts, complete) };
}

function completeOf(facts: ExportedRound, looked: Looked, counts: ExportCounts, query: QualityQuery): CompleteQuality {
  const strata = [...counts.strata.values()];
  if (query.target === "drawn_sample" && !strata.some(({ phaseOneStratum }) => phaseOneStratum)) {
    throw new Error("The documents were drawn from the corpus at once: there is no drawn sample to speak of.");
  }
  const { id, name, state } = facts;
  const quality = computeQuality(
    {
      round: { id, name, state, ...counts.round },
      labellings: labellingsOf(facts),
      contested: counts.contested,
      patterns: counts.patterns.all(),
      adjudicated: counts.adjudicated.all(),
      repeats: [...counts.repeats.values()],
      labelled: looked.run && labelledOf(facts, looked.run, counts),
    },
    query,
  );
  const { target } = query;
  const drawn = counts.round.convenience ? null : looked.run;
  return {
    quality,
    parts: drawn && partsOf(strata, counts.sources.all(), drawn.sources, target, drawn.run),
    comparison:
      drawn && looked.second
        ? comparisonOf(strata, counts.pairs.all(), target, { first: drawn.run, second: looked.second })
        : null,
    disputed: state === "closed" ? counts.disputed : null,
    drift: driftOf(counts.round.convenience ? [] : counts.drift.rows(), counts.open),
  };
}

function labelledOf(facts: ExportedRound, run: ExportedRound["runs"][number], counts: ExportCounts): LabelledCounts {
  const strata = [...counts.strata.values()];
  const outside = run.outside.map(({ stratum: stratumId, outcome, count }) => ({ stratumId, outcome, count }));
  return {
    strata,
    tallies: counts.tallies.all(),
    predictions: [...counts.predictions.all(), ...outside],
    stopRule: stopRuleOf(facts, run.run, counts),
  };
}

/** The interval by which the rule ended the round, from what had been decided by then on the first documents of the queue. */
function stopRuleOf({ stop_rule: rule }: ExportedRound, run: string, counts: ExportCounts): LabelQuality["stopRule"] {
  if (!rule?.stopped_at || rule.run !== run || rule.lower === null || rule.upper === null) return null;
  const { lower, upper } = anytimeF1([...counts.strata.values()], counts.prefix.all());
  return { lower, upper, halfWidth: rule.half_width, documents: rule.documents };
}

function warningsOf({ stop_rule: rule }: ExportedRound, { quality }: CompleteQuality): string[] {
  const found = quality.labelQuality?.stopRule;
  if (!rule || !found || (found.lower === rule.lower && found.upper === rule.upper)) return [];
  const [said, now] = [rule, found].map(({ lower, upper }) => `${lower} to ${upper}`);
  return [`The rows give ${now} for F1 when the stop rule ended the round; the studio found ${said} then.`];
}

/** Throws where the file does not hold the labels that are asked for. */
function look(facts: ExportedRound, { labelling, second }: QualityQuery): Looked {
  const held = facts.runs.map(({ run }) => run);
  for (const wanted of [labelling, second]) {
    if (wanted === undefined || held.includes(wanted)) continue;
    throw new Error(`The file holds no labels of ${wanted}. It has: ${held.join(", ")}`);
  }
  const labellings = labellingsOf(facts);
  const counted = (choice: LabellingChoice | undefined) =>
    facts.runs.find(({ run, state }) => run === choice?.id && state === "counted") ?? null;
  const chosen = chooseLabelling(labellings, labelling);
  if (second && second === chosen?.id) throw new Error("--second has to be another run than the first.");
  const run = counted(chosen);
  const rule = facts.stop_rule;
  return {
    run,
    second: second ? (counted(chooseLabelling(labellings, second))?.run ?? null) : null,
    stoppedBy: rule?.stopped_at && rule.run === run?.run ? { at: rule.stopped_at, documents: rule.documents } : null,
  };
}

const labellingsOf = ({ runs }: ExportedRound): LabellingChoice[] =>
  runs.map(({ run, run_created_at, prompt_language, prompt_version, ...labels }) => ({
    id: run,
    model: labels.model,
    promptLanguage: prompt_language,
    promptVersion: prompt_version,
    local: labels.local,
    labelled: labels.labelled,
    total: labels.total,
    createdAt: run_created_at,
    state: labels.state,
  }));

function factsOf({ round }: ExportRow, number: number): ExportedRound {
  if (round) return round;
  throw new Error(
    `Line ${number} lacks "round", which the first line of the queue holds. Keep that line first, or export the round again.`,
  );
}

function parseRow(line: string, number: number) {
  let json: unknown;
  try {
    json = JSON.parse(line.replace(/^\uFEFF/, ""));
  } catch {
    throw new Error(`Line ${number} is not JSON. This command reads the JSONL export of a round.`);
  }
  const parsed = exportRowSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") || "line";
  throw new Error(
    `Line ${number} does not fit: ${where}. This command reads the JSONL export of a round; if an earlier version of the studio ` +
      "wrote it, export the round again.",
  );
}
