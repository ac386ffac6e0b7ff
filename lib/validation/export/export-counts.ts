import type { PatternTally } from "../quality/agreement-figures";
import type { PairTally } from "../quality/comparison";
import type { RepeatCount } from "../quality/consistency";
import type { Adjudicated } from "../quality/gold-kinds";
import type { StratumSize, Tally } from "../quality/label-figures";
import type { SourceTally } from "../quality/parts";
import type { PredictionCount } from "../quality/prediction-powered";
import { type DisputedDocument, excerptCharacters, mostDisputed } from "../quality/schema";
import { agree, type Gold, goldOf, goldStateOf, isContested, patternOf } from "../rules";
import type { DecisionLabel } from "../schema";
import type { PrefixTally } from "../stop-rule/anytime-f1";
import { DriftCounts } from "./drift-counts";
import type { ExportedAdjudication, ExportedDecision, ExportedRound, ExportRow } from "./schema";

/** Documents that are alike in what is counted of them. */
class Tallies<Kind extends object> {
  private readonly counts = new Map<string, Kind & { count: number }>();

  add(kind: Kind): void {
    const key = JSON.stringify(kind);
    const known = this.counts.get(key);
    if (known) known.count += 1;
    else this.counts.set(key, { ...kind, count: 1 });
  }

  all(): (Kind & { count: number })[] {
    return [...this.counts.values()];
  }
}

type Uncounted<Counted> = Omit<Counted, "count">;

/** What is looked at: the labelling run, a second one, and the rule that has ended the round by labels of the first. */
export type Looked = {
  run: ExportedRound["runs"][number] | null;
  second: string | null;
  stoppedBy: { at: string; documents: number } | null;
};

/**
 * Everything that the figures are computed from, counted while the rows of an export go by: what the database keeps in
 * tallies or groups for the page. Memory grows with strata, sources shown by themselves, people and pairs of them, not with
 * documents; by a few numbers with decisions (DriftCounts).
 */
export class ExportCounts {
  readonly round = { items: 0, wanted: 0, decided: 0, convenience: false };
  contested = 0;
  /** on which people differ or are unsure, and which nobody has adjudicated */
  open = 0;
  readonly strata = new Map<string, StratumSize>();
  readonly tallies = new Tallies<Uncounted<Tally>>();
  readonly predictions = new Tallies<Uncounted<PredictionCount>>();
  readonly sources = new Tallies<Uncounted<SourceTally>>();
  readonly pairs = new Tallies<Uncounted<PairTally>>();
  readonly patterns = new Tallies<Uncounted<PatternTally>>();
  readonly adjudicated = new Tallies<Uncounted<Adjudicated>>();
  readonly prefix = new Tallies<Uncounted<PrefixTally>>();
  readonly repeats = new Map<string, RepeatCount>();
  readonly drift = new DriftCounts();
  disputed: DisputedDocument[] = [];
  private readonly shown: Set<string>;

  constructor(private readonly looked: Looked) {
    this.shown = new Set(looked.run?.sources.shown);
  }

  add(row: ExportRow): void {
    const { stratum: stratumId, wanted, decided, gold } = row;
    this.round.items += 1;
    this.round.wanted += wanted;
    this.round.decided += decided;
    this.round.convenience ||= row.inclusion_probability === null;
    this.strata.set(stratumId, stratumOf(row));
    const outcomeOf = (run: string | undefined | null) => row.llm.find((label) => label.run === run)?.outcome;
    const outcome = outcomeOf(this.looked.run?.run);
    const state = goldStateOf(decided, gold);
    if (outcome) {
      this.predictions.add({ stratumId, outcome });
      const { stoppedBy } = this.looked;
      if (stoppedBy && row.queue_position < stoppedBy.documents) {
        this.prefix.add({ stratumId, outcome, gold: goldAt(row, stoppedBy.at) });
      }
      if (state) {
        this.tallies.add({ stratumId, outcome, gold: state });
        this.sources.add({ stratumId, outcome, gold: state, ...this.sourceOf(row) });
      }
      const second = outcomeOf(this.looked.second);
      if (state && gold && second) this.pairs.add({ stratumId, gold, first: outcome, second });
    }
    this.addPeople(row, outcome);
  }

  private sourceOf({ source }: ExportRow): Pick<SourceTally, "source" | "others"> {
    const shown = source !== null && this.shown.has(source);
    return { source: shown ? source : null, others: Boolean(source) && !shown };
  }

  private addPeople(row: ExportRow, outcome: string | undefined): void {
    const { decided, gold, flagged, gold_from: origin } = row;
    const counted = row.decisions.flatMap(({ label, ...decision }) =>
      decision.counted && label ? [{ ...decision, label }] : [],
    );
    const pattern = patternOf(counted.map(({ person, label }) => ({ personId: person, label })));
    if (pattern) this.patterns.add({ pattern });
    const { agreed, disputed } = agree(counted.map(({ label }) => label));
    const settled = origin === "adjudicated" ? gold : origin === "unsettleable" ? "unsure" : null;
    if (settled) this.adjudicated.add({ settled, agreed, decided });
    else if (isContested(decided, agreed, flagged)) {
      this.contested += 1;
      if (agreed === null) this.open += 1;
    }
    if (disputed || flagged || counted.some(({ note }) => note !== "")) this.addDisputed(row, counted);
    const compared = gold !== null && (settled !== null || decided > 1);
    for (const { id, person, label, decided_at, arrived_at } of counted) {
      this.drift.add({
        time: Math.min(Date.parse(decided_at), Date.parse(arrived_at)),
        id,
        person,
        medical: label === "medical",
        llm: outcome ? label !== "unsure" && (label === "medical") === (outcome === "medical") : null,
        gold: compared ? gold === label : null,
      });
    }
    this.addRepeats(row);
  }

  /** What a person decides on a document that comes to them again counts beside what they decided at first, also where that is surplus. */
  private addRepeats(row: ExportRow): void {
    for (const { person, label, current } of row.repeats) {
      if (!current || label === null) continue;
      const first = row.decisions.find((one) => one.person === person && one.current && one.label !== null);
      if (!first) continue;
      const count = this.repeats.get(person) ?? { person, repeats: 0, same: 0 };
      this.repeats.set(person, count);
      count.repeats += 1;
      if (first.label === label) count.same += 1;
    }
  }

  /** The order of listDisputed. */
  private addDisputed(row: ExportRow, counted: (Omit<ExportedDecision, "label"> & { label: DecisionLabel })[]): void {
    const alike = counted.map(({ label }) => counted.filter((other) => other.label === label).length);
    this.disputed.push({
      position: row.queue_position,
      documentId: row.document_id,
      excerpt: [...row.text.slice(0, 2 * excerptCharacters)].slice(0, excerptCharacters).join(""),
      decisions: row.decided,
      differing: counted.length - Math.max(0, ...alike),
      flags: counted.reduce((sum, { flags }) => sum + flags.length, 0),
      notes: counted.filter(({ note }) => note !== "").length,
      gold: row.gold ?? "unsettled",
    });
    this.disputed.sort(
      (a, b) => b.differing - a.differing || b.flags - a.flags || b.notes - a.notes || a.position - b.position,
    );
    this.disputed.length = Math.min(this.disputed.length, mostDisputed);
  }
}

function stratumOf(row: ExportRow): StratumSize {
  const {
    stratum: key,
    stratum_population: populationSize,
    stratum_sample: sampleSize,
    stratum_run: followedRun,
  } = row;
  const { phase_one_stratum: id, phase_one_population, phase_one_sample } = row;
  const known = id !== null && phase_one_population !== null && phase_one_sample !== null;
  const phaseOneStratum = known ? { id, populationSize: phase_one_population, sampleSize: phase_one_sample } : null;
  return { id: key, key, populationSize, sampleSize, phaseOneStratum, followedRun };
}

/** What counted on a document at that moment, from all versions of what was decided. */
function goldAt(row: ExportRow, moment: string): Gold | null {
  const standing = (versions: (ExportedDecision | ExportedAdjudication)[]): DecisionLabel[] => {
    const there = versions.filter((version) => version.arrived_at <= moment);
    const corrected = new Set(there.map((version) => version.corrects));
    return there.flatMap(({ id, label, surplus }) => (label === null || surplus || corrected.has(id) ? [] : [label]));
  };
  const [settled = null] = standing(row.adjudications);
  return goldOf(agree(standing(row.decisions)).agreed, settled);
}
