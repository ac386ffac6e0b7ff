import { agreementFigures } from "../quality/agreement-figures";
import { convenienceFigures, labelQualityFigures, type StratumSize, type Tally } from "../quality/label-figures";
import type { Agreement, LabelQuality, Target } from "../quality/schema";
import { goldStateOf, patternOf } from "../rules";
import { type ExportRow, exportRowSchema } from "./schema";

type Run = { id: string; createdAt: string; tallies: Map<string, Tally> };

/**
 * The label quality from the lines of a JSONL export alone, by the same formulas as the page: which run, unless it is
 * named, is the newest in the file. Memory grows with strata and pairs of people, not with documents. Throws an Error
 * that names the line where the file is no such export, and where it does not hold the run.
 */
export async function recomputeQuality(
  lines: AsyncIterable<string> | Iterable<string>,
  options: { labelling?: string; target?: Target } = {},
): Promise<{
  run: string | null;
  labelQuality: Pick<LabelQuality, "figures" | "problem" | "target" | "confusion" | "strata"> | null;
  agreement: Agreement;
}> {
  const strata = new Map<string, StratumSize>();
  const runs = new Map<string, Run>();
  const patterns = new Map<string, number>();
  let number = 0;
  let convenience = false;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === "") continue;
    const row = parseRow(line, number);
    const { stratum: key, stratum_population: populationSize, stratum_sample: sampleSize } = row;
    convenience ||= row.inclusion_probability === null;
    const followedRun = row.stratum_run;
    strata.set(key, { id: key, key, populationSize, sampleSize, phaseOneStratum: phaseOneOf(row), followedRun });
    const gold = goldStateOf(row.decided, row.gold);
    if (gold === null) continue;
    for (const { run, run_created_at: createdAt, outcome } of row.llm) {
      const found = runs.get(run) ?? { id: run, createdAt, tallies: new Map() };
      runs.set(run, found);
      const tally = found.tallies.get(`${outcome} ${gold} ${key}`) ?? { stratumId: key, outcome, gold, count: 0 };
      tally.count += 1;
      found.tallies.set(`${outcome} ${gold} ${key}`, tally);
    }
    const counted = row.decisions.flatMap(({ counted, label, person }) =>
      counted && label ? [{ personId: person, label }] : [],
    );
    const pattern = patternOf(counted);
    if (pattern) patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1);
  }
  const run = chooseRun([...runs.values()], options.labelling);
  const target = options.target ?? "like_these";
  if (target === "drawn_sample" && ![...strata.values()].some((stratum) => stratum.phaseOneStratum)) {
    throw new Error("The documents were drawn from the corpus at once: there is no drawn sample to speak of.");
  }
  return {
    run: run?.id ?? null,
    labelQuality: run ? { target, ...figuresOf([...strata.values()], run, target, convenience) } : null,
    agreement: agreementFigures(
      [...patterns].map(([pattern, count]) => ({ pattern, count })),
      (person) => person,
    ),
  };
}

function phaseOneOf(row: ExportRow): StratumSize["phaseOneStratum"] {
  const { phase_one_stratum: id, phase_one_population: populationSize, phase_one_sample: sampleSize } = row;
  return id === null || populationSize === null || sampleSize === null ? null : { id, populationSize, sampleSize };
}

function figuresOf(strata: StratumSize[], run: Run, target: Target, convenience: boolean) {
  const tallies = [...run.tallies.values()];
  return convenience ? convenienceFigures(tallies) : labelQualityFigures(strata, tallies, target, run.id);
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
  throw new Error(`Line ${number} does not fit: ${where}. This command reads the JSONL export of a round.`);
}

function chooseRun(runs: Run[], wanted: string | undefined): Run | undefined {
  if (wanted === undefined) return runs.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
  const found = runs.find((run) => run.id === wanted);
  if (!found) throw new Error(`The file holds no labels of ${wanted}. It has: ${runs.map(({ id }) => id).join(", ")}`);
  return found;
}
