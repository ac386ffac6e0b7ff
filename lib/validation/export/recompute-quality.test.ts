import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { subsampleDesignSchema } from "@/lib/corpus/schema";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { createRound } from "../create-round";
import { tallyLabelsJob } from "../jobs";
import { openRound } from "../open-round";
import { exportConfusion, exportDetails, exportFigures, readCompleteQuality } from "../quality/export-quality";
import { figuresCsv } from "../quality/figures-csv";
import { confusionCsv, detailsCsv } from "../quality/quality-files";
import { type CompleteQuality, type QualityQuery, qualityQuery, targets } from "../quality/schema";
import { createDraw } from "../sampling/create-draw";
import type { DecisionLabel } from "../schema";
import { checkStopRules } from "../stop-rule/check-stop-rules";
import { adjudicate, claimDisputed } from "../testing/adjudicate";
import { extendDraw, makeDraw, makeLabelling } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { exportRound } from "./export-round";
import { recomputeQuality } from "./recompute-quality";
import type { ExportRow } from "./schema";

useTestDatabase();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "recompute-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const query = (values: Record<string, unknown> = {}) => qualityQuery.parse(values);

async function textOf(actor: StudyActor, roundId: string, format: "jsonl" | "data-card"): Promise<string> {
  const pieces: string[] = [];
  const { content } = await exportRound(actor, roundId, { format, language: "en" });
  for await (const piece of content) pieces.push(String(piece));
  return pieces.join("");
}
const linesOf = async (actor: StudyActor, roundId: string) =>
  (await textOf(actor, roundId, "jsonl")).trimEnd().split("\n");

/** All that the page offers as files. */
async function pageFiles(actor: StudyActor, roundId: string, asked: QualityQuery) {
  return {
    figures: await exportFigures(actor, roundId, asked),
    details: await exportDetails(actor, roundId, asked),
    confusion: await exportConfusion(actor, roundId, asked),
    json: JSON.stringify(await readCompleteQuality(actor, roundId, asked)),
  };
}
const filesOf = (complete: CompleteQuality) => ({
  figures: figuresCsv(complete.quality.labelQuality, complete.quality.agreement),
  details: detailsCsv(complete),
  confusion: confusionCsv(complete.quality.labelQuality),
  json: JSON.stringify(complete),
});

/** With the first row that `fits` changed, or more of them. */
function tampered(
  lines: string[],
  fits: (row: ExportRow) => boolean,
  change: (row: ExportRow) => unknown,
  most: number,
): string[] {
  const rows = lines.map((line) => JSON.parse(line) as ExportRow);
  const fitting = rows.filter(fits).slice(0, most);
  expect(fitting).toHaveLength(most);
  for (const row of fitting) change(row);
  return rows.map((one) => JSON.stringify(one));
}

describe("the command that reads an export", () => {
  let owner: StudyActor;
  let researcher: StudyActor;
  let adjudicator: StudyActor;
  let people: StudyActor[];
  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    researcher = await makeMember(studyId, "researcher");
    adjudicator = await makeMember(studyId, "adjudicator");
    people = await Promise.all(Array.from({ length: 12 }, () => makeMember(studyId, "clinician")));
  });

  const person = (at: number) => people[at] ?? owner;
  const instructions = { instructionsDe: "Lesen.", instructionsEn: "Read." };
  const outcomeAt = (at: number, turned: number) =>
    at % 29 === 28
      ? ("unusable" as const)
      : (at % 3 === 0) !== (at % turned === 0)
        ? ("medical" as const)
        : ("non_medical" as const);
  const count = () => tallyLabelsJob.run({}, { signal: new AbortController().signal });

  /**
   * Everything at once: an extended sample whose round goes on from an earlier one, two labelling runs, more sources than are
   * shown, doubles, repeats, flags, notes, corrections, adjudication, a stop rule that ended it, and work after that.
   */
  async function stoppedRound() {
    const first = await makeDraw(owner.studyId, [
      { key: "straße", populationSize: 9000, sampleSize: 60 },
      { key: "Arzt", populationSize: 1000, sampleSize: 40 },
    ]);
    const extended = await extendDraw(first.drawId, 10);
    for (const [at, id] of extended.itemIds.entries()) {
      const source = at % 13 === 12 ? (at % 2 ? "" : null) : `${at % 2 ? "Quelle" : "quelle"} ${at % 13}`;
      await database().item.update({ where: { id }, data: { source } });
    }
    const place = new Map(extended.itemIds.map((id, at) => [id, at]));
    const labels = (turned: number) => new Map(extended.itemIds.map((id, at) => [id, outcomeAt(at, turned)]));
    const labellingRunId = await makeLabelling(owner.studyId, first.drawId, labels(9));
    const second = await makeLabelling(owner.studyId, extended.drawId, labels(17));
    await makeLabelling(owner.studyId, extended.drawId, new Map(), "running");

    const common = { ...instructions, memberIds: people.map(({ personId }) => personId), seed: 11 };
    const earlier = await createRound(owner, { ...common, drawId: first.drawId, name: "Zuvor", doubleShare: 0.2 });
    await openRound(owner, earlier.id);
    for (const { id } of (await claim(person(0), earlier.id, 8)).items) {
      await decide(person(0), earlier.id, id, "non_medical", { note: "von zuvor" });
    }
    await closeRound(owner, earlier.id);

    const { id: roundId } = await createRound(owner, {
      ...{ ...common, drawId: extended.drawId, name: "Runde „zwei“", doubleShare: 0.5, repeatShare: 0.4 },
      ...{ stopRule: { halfWidth: 0.35, labellingRunId }, continuesRoundId: earlier.id },
    });
    await openRound(owner, roundId);
    const queued = await database().roundItem.findMany({ where: { roundId } });
    const placeOf = new Map(queued.map((row) => [row.id, place.get(row.itemId) ?? 0]));
    let turn = 0;
    const answer = (id: string): DecisionLabel => {
      const at = placeOf.get(id) ?? ++turn;
      if (turn++ % 11 === 0) return "medical";
      return at % 23 === 0 ? "unsure" : at % 3 === 0 ? "medical" : "non_medical";
    };
    const settleRest = async () => {
      for (let left = (await claimDisputed(adjudicator, roundId, 8)).items; left.length > 0; ) {
        for (const { id } of left) await adjudicate(adjudicator, roundId, id, "unsure", { note: "offen" });
        left = (await claimDisputed(adjudicator, roundId, 8)).items;
      }
    };
    const decided: { by: StudyActor; id: string }[] = [];
    for (let left = true; left; ) {
      left = false;
      for (const by of people) {
        for (const { id } of (await claim(by, roundId, 5)).items) {
          left = true;
          const flags = turn % 19 === 0 ? (["unreadable", "other"] as const).slice(0, 1 + (turn % 2)) : [];
          await decide(by, roundId, id, answer(id), { flags, note: turn % 14 === 0 ? "Grenzfall" : "" });
          if (turn % 21 === 0) await decide(by, roundId, id, null);
          if (turn % 21 === 0) await decide(by, roundId, id, answer(id));
          if (placeOf.has(id)) decided.push({ by, id });
        }
      }
    }
    for (const { id } of (await claimDisputed(adjudicator, roundId, 8)).items) {
      await adjudicate(adjudicator, roundId, id, (placeOf.get(id) ?? 0) % 3 === 0 ? "medical" : "non_medical");
    }
    await settleRest();
    await checkStopRules();
    // What people correct after the rule has ended the round changes the figures, but not the interval that ended it.
    for (const { by, id } of decided.slice(20, 26)) await decide(by, roundId, id, "medical");
    await closeRound(owner, roundId);
    await settleRest();
    // And what arrives late changes nothing.
    for (const { by, id } of decided.slice(30, 33)) await decide(by, roundId, id, "unsure", { note: "zu spät" });
    await count();
    return { roundId, labellingRunId, second };
  }

  it("gives every file of the page again, byte for byte, for whatever is looked at", async () => {
    const { roundId, labellingRunId, second } = await stoppedRound();
    const lines = await linesOf(researcher, roundId);
    const asked = query({ labelling: labellingRunId, second });
    for (const target of ["like_these", "this_corpus"] as const) {
      for (const more of [asked, query(), query({ labelling: second, error: "0.1" })]) {
        const shown = await pageFiles(owner, roundId, { ...more, target });
        const { complete, warnings } = await recomputeQuality(lines, { ...more, target });
        expect(filesOf(complete)).toEqual(shown);
        expect(warnings).toEqual([]);
        expect(await pageFiles(researcher, roundId, { ...more, target })).toEqual(shown);
      }
    }
    // All of it was there to be compared.
    const complete = await readCompleteQuality(owner, roundId, asked);
    const { quality, parts, comparison, disputed, drift } = complete;
    expect(quality.labellings.map(({ state }) => state)).toEqual(["running", "counted", "counted"]);
    expect(quality.gold.adjudicated).toBeGreaterThan(0);
    expect(quality.gold.agreed).toBeGreaterThan(0);
    expect(quality.agreement.pairs.length).toBeGreaterThan(3);
    expect(quality.agreement.pairs.map(({ first, second: other }) => `${first}${other}`).join()).toMatch(/^P[P0-9,]+$/);
    expect(quality.consistency.length).toBeGreaterThan(1);
    expect(quality.labelQuality).toMatchObject({ problem: null, stopRule: { halfWidth: 0.35 } });
    expect(quality.labelQuality?.figures.f1.unsettled).not.toBeNull();
    expect(parts?.sources.map(({ kind }) => kind)).toEqual([...Array(8).fill("source"), "others", "none"]);
    expect(comparison?.measures.f1.difference).not.toBeNull();
    expect(disputed).toHaveLength(20);
    expect(drift.parts).toBe(10);
    expect(drift.measures.gold.trend).not.toBeNull();
  });

  it("prints them without a database, and changes with a changed row", async () => {
    const { roundId, labellingRunId, second } = await stoppedRound();
    const lines = await linesOf(researcher, roundId);
    const file = path.join(folder, "round.jsonl");
    await writeFile(file, `${lines.join("\n")}\n`);
    const asked = ["--labelling", labellingRunId, "--second", second, "--target", "this_corpus"];
    const shown = await pageFiles(
      researcher,
      roundId,
      query({ labelling: labellingRunId, second, target: "this_corpus" }),
    );
    const run = (...more: string[]) =>
      promisify(execFile)(process.execPath, ["--import", "tsx", "lib/validation/export/print-quality.ts", ...more], {
        env: { ...process.env, DATABASE_URL: "" },
        maxBuffer: 2 ** 26,
      });
    for (const [what, content] of Object.entries(shown)) {
      expect((await run(file, "--what", what, ...asked)).stdout).toBe(content);
    }
    expect((await run(file, ...asked)).stdout).toBe(shown.figures);
    for (const wrong of [
      ["--what", "toString"],
      ["--error", "0.7"],
    ]) {
      await expect(run(file, ...wrong)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("Usage") });
    }

    const both = query({ labelling: labellingRunId, second, target: "this_corpus" });
    const before = filesOf((await recomputeQuality(lines, both)).complete);
    const changed = async (fits: (row: ExportRow) => boolean, change: (row: ExportRow) => unknown, most = 1) => {
      const { complete, warnings } = await recomputeQuality(tampered(lines, fits, change, most), both);
      return { ...filesOf(complete), warnings };
    };
    const rowOf = (csv: string, name: string) => csv.split("\r\n").filter((line) => line.startsWith(name));
    const saysMedical = ({ llm }: ExportRow) =>
      llm.some(({ run: of, outcome }) => of === labellingRunId && outcome === "medical");
    const turn = (row: ExportRow) => {
      row.gold = row.gold === "medical" ? "non_medical" : "medical";
    };
    const looked = JSON.parse(lines[0] ?? "").round.runs.find(({ run: of }: { run: string }) => of === labellingRunId);
    const counts = (row: ExportRow) =>
      row.gold !== null && row.decided > 1 && looked.sources.shown.includes(row.source);
    const turned = await changed((row) => counts(row) && saysMedical(row), turn);
    for (const name of ["f1,", "precision,"])
      expect(rowOf(turned.figures, name)).not.toEqual(rowOf(before.figures, name));
    for (const name of ["f1 stratum", "f1 source", "f1 second - first", "f1_if_people_err", "drift gold"]) {
      expect(rowOf(turned.details, name)).not.toEqual(rowOf(before.details, name));
    }
    const label = await changed(
      (row) => row.decided === 2,
      (row) => {
        const own = row.decisions.find((decision) => decision.counted);
        if (own) own.label = own.label === "medical" ? "non_medical" : "medical";
      },
    );
    expect(rowOf(label.figures, "agreement_alpha")).not.toEqual(rowOf(before.figures, "agreement_alpha"));
    expect(rowOf(label.details, "drift medical")).not.toEqual(rowOf(before.details, "drift medical"));
    const repeat = await changed(
      ({ repeats, decisions }) =>
        repeats.some(({ person: by, label: again, current }) =>
          decisions.some((one) => current && again && one.current && one.person === by && one.label === again),
        ),
      ({ repeats }) => {
        for (const one of repeats) one.label = one.label === "medical" ? "non_medical" : "medical";
      },
    );
    expect(rowOf(repeat.details, "consistency")).not.toEqual(rowOf(before.details, "consistency"));
    const stopped = await changed(
      (row) => row.queue_position < 40,
      ({ llm }) => {
        for (const one of llm) one.outcome = one.outcome === "medical" ? "non_medical" : "medical";
      },
      40,
    );
    expect(rowOf(stopped.details, "f1_when_stopped")).not.toEqual(rowOf(before.details, "f1_when_stopped"));
    expect(stopped.warnings).toEqual([expect.stringContaining("when the stop rule ended the round")]);
  });

  it("knows of a second phase also what the LLM said of documents that nobody drew into the round", async () => {
    const { drawId, sampleId, itemIds } = await makeDraw(owner.studyId, [
      { key: "clinic", populationSize: 1000, sampleSize: 100 },
      { key: "forum", populationSize: 30_000, sampleSize: 200 },
    ]);
    const outcomes = new Map(
      itemIds.map((id, at) => [id, at % 4 === 0 ? ("medical" as const) : ("non_medical" as const)]),
    );
    const labellingRunId = await makeLabelling(owner.studyId, drawId, outcomes);
    const design = { kind: "subsample", drawId, seed: 5, size: 80, by: ["llm"], labellingRunId, allocation: "equal" };
    // Another run, which has said the same so far: by its labels the strata are not cut.
    const other = await makeLabelling(owner.studyId, drawId, outcomes);
    const drawn = await createDraw(owner, sampleId, subsampleDesignSchema.parse(design));
    const { id: roundId } = await createRound(owner, {
      ...{ drawId: drawn.id, name: "Zweite Phase", ...instructions, memberIds: [person(0).personId], doubleShare: 0 },
    });
    await openRound(owner, roundId);
    await count();
    const queued = await database().roundItem.findMany({ where: { roundId } });
    const place = new Map(queued.map((row) => [row.id, itemIds.indexOf(row.itemId)]));
    await workThrough(person(0), roundId, (id) => ((place.get(id) ?? 0) % 3 === 0 ? "medical" : "non_medical"));
    await closeRound(owner, roundId);
    const lines = await linesOf(researcher, roundId);
    for (const target of targets) {
      for (const labelling of [labellingRunId, other]) {
        const second = labelling === other ? undefined : other;
        const { complete } = await recomputeQuality(lines, { target, labelling, second });
        expect(filesOf(complete)).toEqual(await pageFiles(owner, roundId, { target, labelling, second }));
        const powered = complete.quality.labelQuality?.predictionPowered;
        expect(powered).toMatchObject({ labelled: 80, unlabelled: 220, problem: null });
      }
    }
    const methodOf = async (labelling: string) => {
      const { quality } = (await recomputeQuality(lines, query({ labelling }))).complete;
      return quality.labelQuality?.figures.precision.estimate?.method;
    };
    // In the stratum of "non-medical" documents the other run may call some medical, though none was judged there.
    expect(await methodOf(labellingRunId)).toContain("linearised");
    expect(await methodOf(other)).toContain("few items of a kind");
    const card = await textOf(researcher, roundId, "data-card");
    expect(card).toContain("### First phase: draw 1 of 300 documents");
    expect(card).toContain("| `forum` | 30,000 | 200 | 0.006667 |");
  });

  it("refuses what is no such file by its line, and labels that it does not hold", async () => {
    await expect(recomputeQuality([], query())).rejects.toThrow("The file is empty");
    await expect(recomputeQuality(["{}"], query())).rejects.toThrow("Line 1 does not fit: item_id");
    await expect(recomputeQuality(["", "[1, 2"], query())).rejects.toThrow("Line 2 is not JSON");
    const { itemIds, drawId } = await makeDraw(owner.studyId);
    const { id } = await createRound(owner, {
      drawId,
      name: "R",
      ...instructions,
      memberIds: [person(0).personId],
      doubleShare: 0,
    });
    await openRound(owner, id);
    const lines = await linesOf(owner, id);
    expect(lines).toHaveLength(itemIds.length);
    const elsewhere = query({ second: "0198f000-0000-7000-8000-000000000000" });
    await expect(recomputeQuality(lines, elsewhere)).rejects.toThrow("no labels of 0198f000");
    await expect(recomputeQuality(lines.slice(1), query())).rejects.toThrow('Line 1 lacks "round"');
    await expect(recomputeQuality(lines, query({ target: "drawn_sample" }))).rejects.toThrow("at once");
  });
});
