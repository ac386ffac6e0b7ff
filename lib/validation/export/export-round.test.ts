import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { readParquetRows } from "@/lib/platform/storage/parquet";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { tallyLabelsJob } from "../jobs";
import { changeShowPace } from "../pace/show-pace";
import { readQuality } from "../quality/read-quality";
import { qualityQuery } from "../quality/schema";
import type { DecisionLabel } from "../schema";
import { adjudicate, claimDisputed } from "../testing/adjudicate";
import { makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { verifyAssignment } from "../verify-assignment";
import { exportRound } from "./export-round";
import { recomputeQuality } from "./recompute-quality";
import { type ExportFormat, type ExportRow, exportColumns, exportRowSchema } from "./schema";

useTestDatabase();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "export-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const textOf = async (actor: StudyActor, roundId: string, format: ExportFormat, language: "de" | "en" = "en") => {
  const { content } = await exportRound(actor, roundId, { format, language });
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece as string));
  return Buffer.concat(pieces);
};
const rowsOf = async (actor: StudyActor, roundId: string): Promise<ExportRow[]> =>
  (await textOf(actor, roundId, "jsonl"))
    .toString()
    .trim()
    .split("\n")
    .map((line) => exportRowSchema.parse(JSON.parse(line)));

describe("a round's export", () => {
  let owner: StudyActor;
  let researcher: StudyActor;
  let anna: StudyActor;
  let bert: StudyActor;
  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    researcher = await makeMember(studyId, "researcher");
    anna = await makeMember(studyId, "clinician");
    bert = await makeMember(studyId, "clinician");
  });

  /** Two strata, everything decided, some labels wrong, unusable or disputed. */
  async function closedRound(sizes: [number, number] = [60, 40]) {
    const strata = [
      { key: "short", populationSize: 900, sampleSize: sizes[0] },
      { key: "long", populationSize: 100, sampleSize: sizes[1] },
    ];
    const round = await makeRound(owner, [anna, bert], { strata, doubleShare: 0.3 });
    const rows = await database().roundItem.findMany({ where: { roundId: round.roundId } });
    const indexOf = new Map(round.itemIds.map((id, index) => [id, index]));
    const index = new Map(rows.map((row) => [row.id, indexOf.get(row.itemId) ?? 0]));
    const truth = (at: number): DecisionLabel => (at % 3 === 0 ? "medical" : at % 17 === 0 ? "unsure" : "non_medical");
    await makeLabelling(
      owner.studyId,
      round.drawId,
      new Map(
        round.itemIds.map((id, at) => [
          id,
          at % 25 === 24 ? "unusable" : (truth(at) === "medical") !== (at % 8 === 0) ? "medical" : "non_medical",
        ]),
      ),
    );
    await tallyLabelsJob.run({}, { signal: new AbortController().signal });
    let turn = 0;
    await workThrough(anna, round.roundId, (id) => truth(index.get(id) ?? 0));
    await workThrough(bert, round.roundId, (id) => (turn++ % 10 === 0 ? "medical" : truth(index.get(id) ?? 0)));
    await closeRound(owner, round.roundId);
    return round;
  }

  it("tells of every document how it was drawn, what the LLM said, and every version of every decision", async () => {
    const { roundId, itemIds } = await makeRound(owner, [anna, bert], {
      strata: [{ key: "all", populationSize: 10, sampleSize: 4 }],
      doubleShare: 1,
    });
    const [first] = (await claim(anna, roundId)).items;
    const itemId = String(first?.id);
    await decide(anna, roundId, itemId, "medical", { note: "siehe oben", flags: ["personal_data"], activeMs: 1234 });
    await decide(anna, roundId, itemId, null);
    await decide(anna, roundId, itemId, "non_medical");
    await workThrough(bert, roundId, () => "medical");
    await closeRound(owner, roundId);
    const rows = await rowsOf(researcher, roundId);
    expect(rows.map((row) => row.item_id).sort()).toEqual([...itemIds].sort());
    expect(rows.map((row) => row.queue_position)).toEqual([0, 1, 2, 3]);
    const row = rows.find((one) => one.decisions.length === 4);
    expect(row).toMatchObject({
      stratum: "all",
      stratum_population: 10,
      stratum_sample: 4,
      inclusion_probability: 0.4,
      wanted: 2,
      decided: 2,
      gold: null,
      gold_from: "disputed",
    });
    const own = row?.decisions.filter((one) => one.person === row.decisions[0]?.person) ?? [];
    expect(own).toMatchObject([
      {
        label: "medical",
        note: "siehe oben",
        flags: ["personal_data"],
        current: false,
        counted: false,
      },
      { label: null, corrects: own[0]?.id, current: false },
      { label: "non_medical", corrects: own[1]?.id, current: true, counted: true },
    ]);
    for (const one of rows.filter((other) => other !== row)) {
      expect(one).toMatchObject({ decided: 1, gold: "medical", gold_from: "single" });
    }
  });

  it("tells how contested documents were settled, by a pseudonym of its own", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { doubleShare: 1 });
    await workThrough(anna, roundId, () => "medical");
    await workThrough(bert, roundId, () => "non_medical");
    await closeRound(owner, roundId);
    const [first, second] = (await claimDisputed(researcher, roundId, 2)).items;
    await adjudicate(researcher, roundId, String(first?.id), "medical", { note: "eindeutig" });
    await adjudicate(researcher, roundId, String(second?.id), "unsure");
    const rows = await rowsOf(owner, roundId);
    const settled = rows.filter((row) => row.adjudications.length > 0);
    expect(settled.map((row) => [row.gold_from, row.gold]).sort()).toEqual([
      ["adjudicated", "medical"],
      ["unsettleable", null],
    ]);
    expect(settled.find((row) => row.gold)?.adjudications).toMatchObject([
      { person: "A1", label: "medical", note: "eindeutig", current: true, counted: true },
    ]);
    expect(rows.filter((row) => row.gold_from === "disputed")).toHaveLength(rows.length - 2);
  });

  it("holds what arrived late, marked so: no figure and no other program's file counts it", async () => {
    const { roundId } = await closedRound();
    const asked = qualityQuery.parse({});
    const before = (await textOf(researcher, roundId, "jsonl")).toString().split("\n");
    const figures = await recomputeQuality(before, asked);
    const foreign = await Promise.all([textOf(owner, roundId, "label-studio"), textOf(owner, roundId, "doccano")]);
    const own = await database().decision.findFirstOrThrow({ where: { roundId, personId: anna.personId } });
    await decide(anna, roundId, own.roundItemId, "unsure", { note: "im Zug", flags: ["other"] });
    await decide(anna, roundId, own.roundItemId, null);

    const lines = (await textOf(researcher, roundId, "jsonl")).toString().split("\n");
    const rows = lines.filter(Boolean).map((line) => exportRowSchema.parse(JSON.parse(line)));
    const late = rows.flatMap((row) => row.decisions.filter((decision) => decision.late));
    expect(late).toMatchObject([
      { label: "unsure", note: "im Zug", flags: ["other"], corrects: null, current: false, counted: false },
      { label: null, current: false, counted: false },
    ]);
    const row = rows.find(({ decisions }) => decisions.some(({ id }) => id === late[0]?.id));
    expect(row?.decisions.find(({ id }) => id === own.id)).toMatchObject({ current: true, counted: true, late: false });
    expect((await textOf(researcher, roundId, "csv")).toString()).toContain("im Zug");
    const file = path.join(folder, "late.parquet");
    await writeFile(file, await textOf(researcher, roundId, "parquet"));
    const cells = await readParquetRows(pathToFileURL(file).href, z.object({ decisions: z.string() }), { limit: 1000 });
    expect(cells.filter((cell) => cell.decisions.includes('"late":true'))).toHaveLength(1);
    expect(await recomputeQuality(lines, asked)).toEqual(figures);
    expect(await Promise.all([textOf(owner, roundId, "label-studio"), textOf(owner, roundId, "doccano")])).toEqual(
      foreign,
    );
    expect((await textOf(owner, roundId, "data-card")).toString()).toContain("Arrived after the round was closed: 2 ");
    const entry = await database().auditEntry.findFirstOrThrow({
      where: { action: "rounds.export", subjectId: roundId },
      orderBy: { id: "desc" },
    });
    expect(entry.detail).toMatchObject({ late: 2, decided: 130 });
  });

  it("names nobody, whatever the format", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { doubleShare: 1 });
    await workThrough(anna, roundId);
    await workThrough(bert, roundId);
    await closeRound(owner, roundId);
    const people = new Set<string>();
    for (const row of await rowsOf(owner, roundId)) for (const one of row.decisions) people.add(one.person);
    expect([...people].sort()).toEqual(["P1", "P2"]);
    for (const format of ["jsonl", "csv", "parquet", "label-studio", "doccano", "data-card"] as const) {
      const content = (await textOf(owner, roundId, format)).toString("latin1");
      for (const person of [anna, bert, owner]) {
        expect(content).not.toContain(person.personId);
        expect(content).not.toContain(person.email);
      }
    }
  });

  it("tells how long people took only where the study shows it, and the data card says why", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { doubleShare: 1, repeatShare: 0.5 });
    await workThrough(anna, roundId, () => "medical");
    await workThrough(bert, roundId, () => "non_medical");
    await closeRound(owner, roundId);
    await adjudicate(researcher, roundId, String((await claimDisputed(researcher, roundId)).items[0]?.id), "medical");
    const formats = ["jsonl", "csv", "parquet", "label-studio", "doccano"] as const;
    const all = async () => (await Promise.all(formats.map((format) => textOf(owner, roundId, format)))).join("\n");
    const timesOf = async () =>
      (await rowsOf(owner, roundId)).flatMap(({ decisions, adjudications, repeats }) =>
        [...decisions, ...adjudications, ...repeats].map((one) => one.active_ms),
      );
    expect((await timesOf()).length).toBeGreaterThan(24);
    expect(new Set(await timesOf())).toEqual(new Set([null]));
    const time = /(?:active_ms"*:|lead_time":)(?!null)/;
    expect(await all()).not.toMatch(time);
    const card = async () => (await textOf(owner, roundId, "data-card")).toString();
    expect(await card()).toContain("active_ms (in Label Studio lead_time) is empty");
    await changeShowPace(owner, { showPace: true });
    expect(new Set(await timesOf())).toEqual(new Set([4000]));
    expect(await all()).toMatch(time);
    expect(await card()).toContain("tells of each person how fast they work");
  });

  it("keeps an erased text empty and says so", async () => {
    const { roundId, itemIds } = await makeRound(owner, [anna]);
    await workThrough(anna, roundId);
    await closeRound(owner, roundId);
    await database().item.update({ where: { id: itemIds[0] }, data: { text: "", erasedAt: new Date() } });
    const rows = await rowsOf(owner, roundId);
    const erased = rows.filter((row) => row.erased);
    expect(erased).toMatchObject([{ item_id: itemIds[0], text: "" }]);
    const hash = createHash("sha256").update("Dokument 0").digest("hex");
    expect(erased[0]).toMatchObject({ text_sha256: hash, decided: 1, gold: "medical" });
  });

  it("has the same rows as JSONL, CSV and Parquet", async () => {
    const { roundId } = await closedRound([150, 70]);
    const rows = await rowsOf(researcher, roundId);
    expect(rows).toHaveLength(220);
    const file = path.join(folder, "round.parquet");
    await writeFile(file, await textOf(researcher, roundId, "parquet"));
    const parquet = await readParquetRows(pathToFileURL(file).href, z.record(z.string(), z.unknown()), { limit: 1000 });
    const unfolded = parquet.map((row) => ({
      ...row,
      llm: JSON.parse(String(row.llm)),
      decisions: JSON.parse(String(row.decisions)),
      adjudications: JSON.parse(String(row.adjudications)),
      repeats: JSON.parse(String(row.repeats)),
      round: row.round === null ? null : JSON.parse(String(row.round)),
    }));
    expect(unfolded).toEqual(rows);
    expect(rows.map(({ round }) => round?.id ?? null)).toEqual([roundId, ...Array(219).fill(null)]);
    expect(await readdir(path.join(environment().dataFolder, "exports"))).toEqual([]);
    const csv = (await textOf(researcher, roundId, "csv")).toString();
    expect(csv.split("\r\n")[0]).toBe(`\uFEFF${exportColumns.join(",")}`);
    expect(csv.trimEnd().split("\r\n")).toHaveLength(221);
  });

  it("has every document once and in order, however long their texts are", async () => {
    const { roundId, itemIds } = await makeRound(owner, [anna], { strata: [{ populationSize: 90, sampleSize: 9 }] });
    const long = itemIds.slice(0, 7);
    await database().$executeRaw`
      update "Item" set "text" = repeat('x', 900000), "characters" = 900000 where "id" = any(${long}::uuid[])`;
    const rows = await rowsOf(owner, roundId);
    expect(rows.map((row) => row.queue_position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows.filter((row) => row.text.length === 900_000)).toHaveLength(7);
  });

  it("hands no formula to a spreadsheet, and can be read back", async () => {
    const { roundId, itemIds } = await makeRound(owner, [anna], { strata: [{ populationSize: 9, sampleSize: 2 }] });
    await workThrough(anna, roundId);
    await closeRound(owner, roundId);
    const texts = ['=HYPERLINK("http://evil.example","x")', "'schon mit Apostroph"];
    for (const [at, text] of texts.entries())
      await database().item.update({ where: { id: itemIds[at] }, data: { text } });
    const csv = (await textOf(owner, roundId, "csv")).toString();
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
    expect(csv).toContain(",''schon mit Apostroph,");
  });

  it("proves the published assignment by its own rows", async () => {
    const { roundId } = await closedRound();
    const { publishedHash, salt } = await verifyAssignment(owner, roundId);
    const lines = (await rowsOf(owner, roundId)).map((row) => `${row.queue_position} ${row.item_id} ${row.wanted}\n`);
    expect(
      createHash("sha256")
        .update(salt + lines.join(""))
        .digest("hex"),
    ).toBe(publishedHash);
  });

  it("has a data card with design, people, figures and every column, in both languages", async () => {
    const { roundId } = await closedRound();
    await database().round.update({ where: { id: roundId }, data: { name: "# Runde <script>\n|x|" } });
    const english = (await textOf(researcher, roundId, "data-card", "en")).toString();
    const german = (await textOf(researcher, roundId, "data-card", "de")).toString();
    const { labelQuality } = await readQuality(researcher, roundId, { target: "like_these" });
    const f1 = labelQuality?.figures.f1.estimate?.value ?? 0;
    expect(english).toContain(`| F1 | ${f1.toFixed(4).replace(/0+$/, "")} |`);
    expect(german).toContain(`| F1 | ${f1.toFixed(4).replace(/0+$/, "").replace(".", ",")} |`);
    expect(english).toContain("| `short` | 900 | 60 | 0.066667 |");
    for (const column of exportColumns) expect(english).toContain(`| \`${column}\` |`);
    expect(english).not.toContain("<script>");
    expect(english.split("\n")[0]).toBe("# Data card: \\# Runde \\<script\\> \\|x\\|");
    for (const card of [english, german]) expect(card).not.toMatch(/export\.card|(?<!\{)\{\w+\}/);
  });

  it("of an open round is interim, and is kept from those who decide in it", async () => {
    const { roundId } = await makeRound(owner, [anna, researcher]);
    await expect(exportRound(researcher, roundId, { format: "jsonl", language: "en" })).rejects.toMatchObject({
      code: "quality_hidden_while_deciding",
    });
    const { fileName } = await exportRound(owner, roundId, { format: "csv", language: "en" });
    expect(fileName).toBe("Round-interim.csv");
    expect((await textOf(owner, roundId, "data-card")).toString()).toContain("**Interim.");
    const draft = await makeRound(owner, [anna], { open: false });
    await expect(exportRound(owner, draft.roundId, { format: "csv", language: "en" })).rejects.toMatchObject({
      code: "round_not_open",
    });
  });

  it("is not found from another study, and each one is in the audit log", async () => {
    const { roundId } = await makeRound(owner, [anna]);
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(exportRound(stranger, roundId, { format: "jsonl", language: "en" })).rejects.toMatchObject({
      status: 404,
    });
    await textOf(researcher, roundId, "doccano");
    const entries = await database().auditEntry.findMany({ where: { action: "rounds.export", subjectId: roundId } });
    expect(entries).toMatchObject([{ personId: researcher.personId, studyId: owner.studyId }]);
    expect(entries[0]?.detail).toMatchObject({ format: "doccano", interim: true });
  });
});
