import { statements } from "@/lib/platform/database/statements";
import type { StudyActor } from "@/lib/studies/actor";
import { followedRun } from "../rules";
import type { DecisionLabel } from "../schema";
import type { ExportHead } from "./read-head";
import type {
  ExportedAdjudication,
  ExportedDecision,
  ExportedLabel,
  ExportedRound,
  ExportRow,
  GoldOrigin,
} from "./schema";

/** What is held at a time: so many rows, fewer where their texts are long. */
const rowsPerRead = 1000;
const charactersPerRead = 4_000_000;

type StoredDecision = {
  id: string;
  personId: string;
  label: DecisionLabel | null;
  flags: string[];
  note: string;
  activeMs: number;
  highlighted: boolean;
  decidedAt: string;
  arrivedAt: string;
  correctsId: string | null;
  surplus: boolean;
};
/** `again`: about the hidden repeat */
type StoredLate = Omit<StoredDecision, "correctsId" | "surplus"> & { again: boolean };
type StoredLabel = { run: string; outcome: ExportedLabel["outcome"]; probability: number | null };
type StoredRow = Omit<ExportRow, "gold_from" | "llm" | "decisions" | "adjudications" | "repeats" | "round"> & {
  disputed: boolean;
  settled: DecisionLabel | null;
  settlements: Omit<StoredDecision, "flags">[];
  repeated: StoredDecision[];
  labels: StoredLabel[];
  versions: StoredDecision[];
  arrivedLate: StoredLate[];
};

/**
 * Every item of the round in the order of the queue, a batch at a time. Each batch is one statement, so that an item's
 * decisions and its gold are of the same moment, also while a round is open. `facts` go with the first.
 */
export async function* readExportRows(
  actor: StudyActor,
  head: ExportHead,
  facts: ExportedRound | null,
): AsyncGenerator<ExportRow[], void, undefined> {
  const runs = new Map(head.labellings.map((run, index) => [run.id, { run, index }]));
  const told = { pseudonyms: head.pseudonyms, showPace: head.round.study.showPace };
  for (let after = -1; ; ) {
    const stored = await readBatch(actor, head, after);
    const last = stored.at(-1);
    if (!last) return;
    const rows = stored.map((row) => rowOf(row, runs, told));
    if (after < 0 && rows[0]) rows[0].round = facts;
    yield rows;
    after = last.queue_position;
  }
}

function readBatch(actor: StudyActor, head: ExportHead, after: number): Promise<StoredRow[]> {
  const runIds = head.labellings.map((run) => run.id);
  // The batch comes first, by the queue's own index: everything else is looked up for these rows alone ("offset 0": row by
  // row), whatever the planner knows of the tables.
  return statements().$queryRaw<StoredRow[]>`
    with following as materialized (
      select one.*, round."drawId" from "RoundItem" one
      join "Round" round on round."id" = one."roundId" and round."studyId" = ${actor.studyId}::uuid
      where one."roundId" = ${head.round.id}::uuid and one."position" > ${after}
      order by one."position" limit ${rowsPerRead}
    ), measured as (
      select following.*, sum(item."characters") over (order by following."position") - item."characters" as "before"
      from following
      cross join lateral (select "characters" from "Item" where "id" = following."itemId" offset 0) item
    ), queued as materialized (select * from measured where "before" < ${charactersPerRead})
    select item."id" as "item_id", item."documentId" as "document_id", item."text", item."textHash" as "text_sha256",
      item."erasedAt" is not null as "erased", item."characters", item."source", item."url", item."language",
      stratum."key" as "stratum", stratum."populationSize" as "stratum_population",
      stratum."sampleSize" as "stratum_sample", ${followedRun(head.round.draw.design)}::text as "stratum_run",
      first."key" as "phase_one_stratum",
      first."populationSize" as "phase_one_population", first."sampleSize" as "phase_one_sample", drawn."inclusionProbability" as "inclusion_probability",
      drawn."position" as "draw_position", queued."position" as "queue_position", queued."wanted", queued."decided",
      queued."gold"::text as "gold", queued."disputed", queued."flagged", queued."settled"::text as "settled",
      (select coalesce(json_agg(json_build_object('run', label."labellingRunId", 'outcome', label."outcome",
          'probability', label."probability")), '[]')
        from "LlmLabel" label
        where label."itemId" = queued."itemId" and label."labellingRunId" = any(${runIds}::uuid[])) as "labels",
      (select coalesce(json_agg(json_build_object('id', decision."id", 'personId', decision."personId",
          'label', decision."label", 'flags', decision."flags", 'note', decision."note", 'activeMs', decision."activeMs",
          'highlighted', decision."highlighted",
          'decidedAt', decision."decidedAt", 'arrivedAt', decision."createdAt", 'correctsId', decision."correctsId", 'surplus', decision."surplus")
          order by decision."createdAt", decision."id"), '[]')
        from "Decision" decision where decision."roundItemId" = queued."id") as "versions",
      (select coalesce(json_agg(json_build_object('id', one."id", 'personId', one."personId", 'label', one."label",
          'note', one."note", 'activeMs', one."activeMs",
          'highlighted', one."highlighted", 'decidedAt', one."decidedAt", 'arrivedAt', one."createdAt", 'correctsId', one."correctsId",
          'surplus', one."surplus") order by one."createdAt", one."id"), '[]')
        from "Adjudication" one where one."roundItemId" = queued."id") as "settlements",
      (select coalesce(json_agg(json_build_object('id', made."id", 'personId', made."personId", 'label', made."label",
          'flags', made."flags", 'note', made."note", 'activeMs', made."activeMs",
          'highlighted', made."highlighted", 'decidedAt', made."decidedAt", 'arrivedAt', made."createdAt",
          'correctsId', made."correctsId", 'surplus', false) order by made."createdAt", made."id"), '[]')
        from "Repeat" again join "RepeatDecision" made on made."repeatId" = again."id"
        where again."roundItemId" = queued."id") as "repeated",
      (select coalesce(json_agg(json_build_object('id', late."id", 'personId', late."personId", 'label', late."label",
          'flags', late."flags", 'note', late."note", 'activeMs', late."activeMs",
          'highlighted', late."highlighted", 'decidedAt', late."decidedAt", 'arrivedAt', late."createdAt",
          'again', late."repeatId" is not null)
          order by late."createdAt", late."id"), '[]')
        from "LateDecision" late where late."roundItemId" = queued."id") as "arrivedLate"
    from queued
    cross join lateral (select * from "Item" where "id" = queued."itemId" offset 0) item
    cross join lateral (
      select "inclusionProbability", "position" from "DrawItem"
      where "drawId" = queued."drawId" and "itemId" = queued."itemId" offset 0
    ) drawn
    join "Stratum" stratum on stratum."id" = queued."stratumId"
    left join "Stratum" first on first."id" = stratum."phaseOneStratumId"
    order by queued."position"`;
}

/** What is told of people: a pseudonym, and how long they took only where the study shows that. */
type Told = { pseudonyms: Map<string, string>; showPace: boolean };
type Runs = Map<string, { run: ExportHead["labellings"][number]; index: number }>;

function rowOf(
  { disputed, settled, labels, versions, settlements, repeated, arrivedLate, ...row }: StoredRow,
  runs: Runs,
  told: Told,
): ExportRow {
  return {
    ...row,
    gold_from: goldOrigin(row, disputed, settled),
    llm: labelsOf(labels, runs),
    decisions: [...decisionsOf(versions, told), ...lateOf(arrivedLate, false, told)],
    adjudications: adjudicationsOf(settlements, told),
    repeats: [...repeatsOf(repeated, told), ...lateOf(arrivedLate, true, told)],
    round: null,
  };
}

function goldOrigin(
  { decided, gold }: { decided: number; gold: string | null },
  disputed: boolean,
  settled: DecisionLabel | null,
): GoldOrigin {
  if (decided === 0) return "none";
  if (settled !== null) return settled === "unsure" ? "unsettleable" : "adjudicated";
  if (disputed) return "disputed";
  if (gold === null) return "unsure";
  return decided === 1 ? "single" : "agreed";
}

function labelsOf(labels: StoredLabel[], runs: Runs): ExportedLabel[] {
  return labels
    .flatMap((label) => {
      const found = runs.get(label.run);
      return found ? [{ label, ...found }] : [];
    })
    .sort((a, b) => a.index - b.index)
    .map(({ label, run }) => ({
      run: run.id,
      run_created_at: run.createdAt.toISOString(),
      model: run.model,
      prompt_language: run.prompt.language,
      prompt_version: run.prompt.version,
      outcome: label.outcome,
      probability: label.probability,
    }));
}

function decisionsOf(versions: StoredDecision[], { pseudonyms, showPace }: Told): ExportedDecision[] {
  const corrected = new Set(versions.map((version) => version.correctsId));
  return versions.map((version) => {
    const { id, label, flags, note, highlighted, surplus } = version;
    const current = !corrected.has(id);
    return {
      id,
      person: pseudonyms.get(version.personId) ?? "P?",
      label,
      flags,
      note,
      active_ms: showPace ? version.activeMs : null,
      highlighted,
      decided_at: new Date(version.decidedAt).toISOString(),
      arrived_at: new Date(version.arrivedAt).toISOString(),
      corrects: version.correctsId,
      current,
      surplus,
      counted: current && label !== null && !surplus,
      late: false,
    };
  });
}

/** They tell of the person, not of the document: no figure counts them as decisions. */
const repeatsOf = (versions: StoredDecision[], told: Told): ExportedDecision[] =>
  decisionsOf(versions, told).map((one) => ({ ...one, counted: false }));

function lateOf(arrived: StoredLate[], again: boolean, told: Told): ExportedDecision[] {
  const versions = arrived
    .filter((one) => one.again === again)
    .map((one) => ({ ...one, correctsId: null, surplus: true }));
  return decisionsOf(versions, told).map((one) => ({ ...one, current: false, late: true }));
}

function adjudicationsOf(versions: Omit<StoredDecision, "flags">[], told: Told): ExportedAdjudication[] {
  return decisionsOf(
    versions.map((version) => ({ ...version, flags: [] })),
    told,
  ).map(({ flags: _, late: __, ...version }) => version);
}
