import { mkdirSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { removeOldUploads } from "@/lib/corpus/import/sweep-imports";
import { subsampleDesignSchema } from "@/lib/corpus/schema";
import { deleteUpload } from "@/lib/corpus/uploads/delete-upload";
import { createUpload } from "@/lib/corpus/uploads/upload-store";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { exportRound } from "../export/export-round";
import { recomputeQuality } from "../export/recompute-quality";
import { tallyLabelsJob } from "../jobs";
import { changeShowPace } from "../pace/show-pace";
import { readCompleteQuality } from "../quality/export-quality";
import { readQuality } from "../quality/read-quality";
import { readRound } from "../read-round";
import { createDraw } from "../sampling/create-draw";
import type { DecisionLabel } from "../schema";
import { makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { verifyAssignment } from "../verify-assignment";
import { AnnotationCollector } from "./collect-annotations";
import { AnnotationFailure } from "./failure";
import { previewAnnotations } from "./preview-annotations";
import { readAnnotationImport } from "./read-import";
import { importAnnotationsJob } from "./run-import";
import type { Mapping } from "./schema";
import { startAnnotationImport } from "./start-import";

useTestDatabase();

let researcher: StudyActor;
beforeEach(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
});

async function upload(content: string | Buffer, fileName = "export.json"): Promise<string> {
  const bytes = Buffer.from(content as string);
  const { uploadId, address } = await createUpload(researcher, { fileName, bytes: bytes.length });
  await writeFile(pathOf(address), bytes);
  return uploadId;
}
const lookAt = async (content: string | Buffer) => previewAnnotations(researcher, { uploadId: await upload(content) });

/** Imports a file with the meanings that are suggested, or those given. */
async function bringIn(content: string | Buffer, mapping?: Mapping) {
  const uploadId = await upload(content);
  const suggested = async () =>
    (await previewAnnotations(researcher, { uploadId })).labels.map(({ control, label, suggestion }) => {
      return { control, label, meaning: suggestion };
    });
  const input = { uploadId, name: "Export", mapping: mapping ?? (await suggested()) };
  const { importId } = await startAnnotationImport(researcher, input);
  await importAnnotationsJob.run({ importId }, { signal: new AbortController().signal });
  return readAnnotationImport(researcher, importId);
}

const exportOf = async (
  actor: StudyActor,
  roundId: string,
  format: "label-studio" | "doccano" | "jsonl" | "data-card",
) => {
  let text = "";
  for await (const piece of (await exportRound(actor, roundId, { format, language: "en" })).content)
    text += String(piece);
  return text;
};

/** document, label, flags, note of every counted decision */
async function decisionsOf(roundId: string) {
  const decisions = await database().decision.findMany({
    where: { roundId, correctedBy: null, surplus: false, label: { not: null } },
    include: { roundItem: { include: { item: true } } },
  });
  return decisions
    .map(({ roundItem, label, flags, note, activeMs }) => [
      roundItem.item.documentId,
      roundItem.item.text,
      label,
      flags,
      note,
      activeMs,
    ])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const task = (id: number, text: string, ...annotations: [number, string][]) => ({
  id,
  data: { text },
  annotations: annotations.map(([completed_by, label]) => ({
    completed_by,
    result: [{ from_name: "art", to_name: "text", type: "choices", value: { choices: [label] } }],
  })),
});

describe("imported annotations", () => {
  it.each([
    ["label-studio", "with", true],
    ["label-studio", "without", false],
    ["doccano", "without", true],
  ] as const)(
    "are the same decisions after export and import by %s, %s the working time",
    async (format, timed, showPace) => {
      await changeShowPace(researcher, { showPace });
      const owner = await makeMember(researcher.studyId, "owner");
      const [anna, bert] = [await makeMember(owner.studyId, "clinician"), await makeMember(owner.studyId, "clinician")];
      const { roundId } = await makeRound(owner, [anna, bert], {
        strata: [{ populationSize: 500, sampleSize: 30 }],
        doubleShare: 0.5,
      });
      const [first] = (await claim(anna, roundId)).items;
      await decide(anna, roundId, String(first?.id), "medical");
      const more = { note: 'Notiz mit "Anführung"\nund Zeile', flags: ["other" as const] };
      await decide(anna, roundId, String(first?.id), "unsure", more);
      const labels: DecisionLabel[] = ["medical", "non_medical", "non_medical", "unsure"];
      let turn = 0;
      await workThrough(anna, roundId, () => labels[turn++ % 4] ?? "unsure");
      await workThrough(bert, roundId, () => labels[turn++ % 3] ?? "unsure");
      await closeRound(owner, roundId);
      const imported = await bringIn(await exportOf(owner, roundId, format));
      expect(imported).toMatchObject({ state: "succeeded", documents: 30, decisions: 45, people: 2, rejected: 0 });
      const again = String(imported.roundId);
      const timeless = (rows: unknown[][]) => (timed === "with" ? rows : rows.map((row) => row.slice(0, 5)));
      expect(timeless(await decisionsOf(again))).toEqual(timeless(await decisionsOf(roundId)));
      const agreement = async (id: string) => (await readQuality(owner, id, { target: "like_these" })).agreement;
      expect((await agreement(again)).figures).toEqual((await agreement(roundId)).figures);
    },
  );

  it("become a closed round over a convenience sample, with people who have no name and can't sign in", async () => {
    const imported = await bringIn(
      JSON.stringify([
        task(1, "Herzinfarkt", [7, "Medizinisch"], [8, "medical"]),
        task(2, "Bundesliga", [7, "nicht medizinisch"], [8, "Medizinisch"]),
        task(3, "Wetter", [8, "nicht medizinisch"], [8, "unsicher"]),
      ]),
    );
    const round = await readRound(researcher, String(imported.roundId));
    expect(round).toMatchObject({
      state: "closed",
      convenience: true,
      items: 3,
      decided: 5,
      wanted: 5,
      assignmentHash: null,
    });
    expect(round.members).toMatchObject([{ external: true }, { external: true }]);
    const people = await database().person.findMany({
      where: { external: true, roundMembers: { some: { roundId: round.id } } },
    });
    for (const person of people) {
      expect(person).toMatchObject({ passwordHash: null, deactivatedAt: expect.any(Date) });
      expect(person.email).toMatch(/@external\.invalid$/);
      expect(person.name).toMatch(/^P[12]$/);
    }
    const items = await database().roundItem.findMany({
      where: { roundId: round.id },
      include: { item: { include: { draws: true } } },
    });
    const settled = Object.fromEntries(items.map((one) => [one.item.text, [one.gold, one.disputed, one.decided]]));
    expect(settled).toEqual({
      Herzinfarkt: ["medical", false, 2],
      Bundesliga: [null, true, 2],
      // Who annotated twice corrected themselves; both versions are kept.
      Wetter: [null, false, 1],
    });
    for (const { item } of items) expect(item.draws).toMatchObject([{ inclusionProbability: null }]);
    expect(await database().decision.count({ where: { roundId: round.id } })).toBe(6);
    await expect(verifyAssignment(researcher, round.id)).rejects.toMatchObject({ code: "round_without_assignment" });
    const design = { kind: "subsample", drawId: round.drawId, seed: 5, size: 2, by: [], allocation: "proportional" };
    await expect(createDraw(researcher, round.sampleId, subsampleDesignSchema.parse(design))).rejects.toMatchObject({
      code: "draw_is_convenience",
    });
    const corpus = await database().corpus.findFirstOrThrow({ where: { studyId: researcher.studyId } });
    expect(corpus).toMatchObject({ state: "ready", documents: 3 });
    const actions = await database().auditEntry.findMany({
      where: { studyId: researcher.studyId },
      orderBy: { id: "asc" },
    });
    expect(actions.map(({ action }) => action)).toEqual(["annotations.import", "annotations.imported"]);
  });

  it("give no figures of a population, only the table of these documents and how far people agree", async () => {
    const tasks = Array.from({ length: 12 }, (_, at) =>
      task(at, `Text ${at}`, [1, at % 2 ? "medical" : "non-medical"], [2, at % 3 ? "medical" : "non-medical"]),
    );
    const { roundId } = await bringIn(JSON.stringify(tasks));
    const round = await readRound(researcher, String(roundId));
    const items = await database().item.findMany({ where: { sampleId: round.sampleId } });
    await makeLabelling(researcher.studyId, round.drawId, new Map(items.map(({ id }) => [id, "medical"])));
    await tallyLabelsJob.run({}, { signal: new AbortController().signal });
    const { labelQuality, agreement } = await readQuality(researcher, round.id, { target: "this_corpus" });
    expect(labelQuality?.problem).toEqual({ code: "convenience_sample", strata: [] });
    expect(labelQuality?.figures.f1.estimate).toBeNull();
    expect(labelQuality?.confusion[0]).toMatchObject({ outcome: "medical", medicalShare: null });
    expect(labelQuality?.confusion[0]?.medical).toBeGreaterThan(0);
    expect(agreement.figures.observed.estimate?.n).toBe(12);
    const lines = (await exportOf(researcher, round.id, "jsonl")).split("\n");
    const { complete } = await recomputeQuality(lines, { target: "this_corpus" });
    expect(complete).toEqual(await readCompleteQuality(researcher, round.id, { target: "this_corpus" }));
    expect(await exportOf(researcher, round.id, "data-card")).toContain("Convenience sample of 12");
  });

  it("leave out what can't be taken, each with number and reason", async () => {
    const broken = [
      task(1, "gut", [1, "ja"]),
      task(2, "  ", [1, "ja"]),
      { id: 3, data: { image: "x.png" }, annotations: task(3, "", [1, "ja"]).annotations },
      task(4, "ausgelassen", [1, "weiß nicht"]),
      { ...task(5, "übersprungen", [1, "ja"]), annotations: [{ was_cancelled: true, result: [] }] },
      task(1, "andere", [1, "nein"]),
      "kein Objekt",
      task(8, "NUL \0", [1, "ja"]),
    ];
    const text = `${JSON.stringify(broken).slice(0, -1)}, {"id": 9, "data": {"te`;
    const imported = await bringIn(text);
    expect(imported).toMatchObject({ state: "succeeded", documents: 1, decisions: 1, rejected: 8 });
    expect(imported.rejectedLines.map(({ line, code }) => [line, code])).toEqual([
      [2, "text_empty"],
      [3, "text_missing"],
      [4, "labels_left_out"],
      [5, "cancelled"],
      [6, "same_id_other_text"],
      [7, "not_an_object"],
      [8, "nul_character"],
      [9, "file_truncated"],
    ]);
  });

  it("are read with byte order marks, Windows line ends and UTF-16", async () => {
    const lines = '{"text": "Größe", "label": ["ja"]}\r\n\r\n{"text": "b", "label": ["nein"]}\r\n';
    const table = "text;label\r\nGröße;ja\r\nb;nein\r\n";
    for (const text of [lines, table, `\n ${lines}`]) {
      for (const content of [
        Buffer.from(text),
        Buffer.from(`\uFEFF${text}`),
        Buffer.from(`\uFEFF${text}`, "utf16le"),
        Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
        Buffer.from(text, "utf16le"),
      ]) {
        const { labels, entries, rejectedByCode } = await lookAt(content);
        expect({ entries, rejectedByCode }).toEqual({ entries: 2, rejectedByCode: {} });
        expect(labels.map(({ label, count, suggestion }) => [label, count, suggestion]).sort()).toEqual([
          ["ja", 1, "medical"],
          ["nein", 1, "non_medical"],
        ]);
      }
    }
  });

  it.each([
    ["an empty file", "", "file_empty"],
    ["blank lines", " \n\n", "file_empty"],
    ["Latin-1", Buffer.from("text,label\nGröße,ja\n", "latin1"), "file_not_unicode"],
    ["prose", "Sehr geehrte Damen und Herren\nMit freundlichen Grüßen", "annotations_unreadable"],
    ["an archive", Buffer.from("PK\u0003\u0004\0\0\0\0", "latin1"), "annotations_unreadable"],
    ["passages only", '{"text": "t", "labels": [[0, 1, "ORG"]]}', "annotations_only_spans"],
    ["tasks only", '[{"id": 1, "data": {"text": "t"}}]', "annotations_none"],
    ["an empty list", "[]", "annotations_none"],
    ["broken lines", '{"text": \n{"label"', "annotations_unreadable"],
  ])("are refused with what to do: %s", async (_, content, code) => {
    await expect(lookAt(content)).rejects.toMatchObject({ status: 422, code });
  });

  it("that name nobody are told apart, since a second one of a document would count as a correction", async () => {
    const { result } = task(1, "Husten.", [7, "Medizinisch"]).annotations[0] ?? {};
    const nameless = { id: 2, data: { text: "Fieber." }, annotations: [{ result }, { result }] };
    const named = task(3, "Schnupfen.", [7, "Medizinisch"], [8, "Medizinisch"]);
    const content = JSON.stringify([nameless, named]);
    expect(await lookAt(content)).toMatchObject({ annotations: 4, people: 3, unnamed: 2 });
    expect(await lookAt(JSON.stringify([named]))).toMatchObject({ people: 2, unnamed: 0 });
  });

  it("take a project's other fields for what they are, and let the person choose", async () => {
    const rows = Array.from({ length: 300 }, (_, at) => `Text ${at},Titel ${at},${at % 2 ? "ja" : "nein"},hoch`);
    const { labels } = await lookAt(`text,title,medical,prio\n${rows.join("\n")}\n`);
    expect(labels.map(({ control, label, suggestion }) => [control, label, suggestion])).toEqual(
      [
        ["medical", "ja", "medical"],
        ["medical", "nein", "non_medical"],
        ["prio", "hoch", null],
      ].sort(
        (a, b) => labels.findIndex(({ label }) => label === a[1]) - labels.findIndex(({ label }) => label === b[1]),
      ),
    );
    expect(labels.at(-1)?.control).toBe("prio");
  });

  it("come in once, however often they are asked for, and not from another study", async () => {
    const uploadId = await upload(JSON.stringify([task(1, "a", [1, "ja"])]));
    const input = { uploadId, name: "Export", mapping: [{ control: "art", label: "ja", meaning: "medical" as const }] };
    const asked = await Promise.allSettled([
      startAnnotationImport(researcher, input),
      startAnnotationImport(researcher, input),
    ]);
    expect(asked.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { id } = await database().annotationImport.findFirstOrThrow({ where: { studyId: researcher.studyId } });
    const signal = new AbortController().signal;
    await Promise.all([1, 2].map(() => importAnnotationsJob.run({ importId: id }, { signal })));
    expect(await database().round.count({ where: { studyId: researcher.studyId } })).toBe(1);
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(readAnnotationImport(stranger, id)).rejects.toMatchObject({ status: 404 });
    await expect(previewAnnotations(stranger, { uploadId })).rejects.toMatchObject({ status: 404 });
    await expect(startAnnotationImport(stranger, input)).rejects.toMatchObject({ status: 404 });
  });

  it("keep their file until they are through", async () => {
    const uploadId = await upload(JSON.stringify([task(1, "a", [1, "ja"])]));
    const mapping = [{ control: "art", label: "ja", meaning: "medical" as const }];
    const { importId } = await startAnnotationImport(researcher, { uploadId, name: "x", mapping });
    await expect(deleteUpload(researcher, uploadId)).rejects.toMatchObject({ code: "upload_in_use" });
    await removeOldUploads(Date.now() + 48 * 3_600_000);
    await importAnnotationsJob.run({ importId }, { signal: new AbortController().signal });
    expect(await readAnnotationImport(researcher, importId)).toMatchObject({ state: "succeeded", documents: 1 });
  });

  it("leave nothing behind when none of them can be taken, and start over after a worker died", async () => {
    const none = await bringIn(JSON.stringify([task(1, "a", [1, "ja"])]), [
      { control: "art", label: "anderes", meaning: "medical" },
    ]);
    expect(none).toMatchObject({ state: "failed", failureCode: "annotations_none", roundId: null });
    expect(await database().corpus.count({ where: { studyId: researcher.studyId } })).toBe(0);

    const uploadId = await upload(JSON.stringify([task(1, "a", [1, "ja"]), task(2, "b", [1, "ja"])]));
    const mapping = [{ control: "art", label: "ja", meaning: "medical" as const }];
    const { importId } = await startAnnotationImport(researcher, { uploadId, name: "x", mapping });
    const { corpusId, sampleId } = await database().annotationImport.findUniqueOrThrow({ where: { id: importId } });
    // As a worker left it that died after it had written corpus and half a sample.
    const { studyId } = researcher;
    await database().corpus.create({
      data: { id: corpusId, studyId, name: "x", state: "ready", address: `store:corpora/${corpusId}` },
    });
    await database().sample.create({
      data: {
        id: sampleId,
        studyId,
        corpusId,
        name: "x",
        seed: 0,
        draws: { create: { number: 1, design: {}, size: 2 } },
      },
    });
    const folder = pathOf(`store:corpora/${corpusId}`);
    mkdirSync(`${folder}.1.annotations/pieces`, { recursive: true });
    await database().annotationImport.update({
      where: { id: importId },
      data: { state: "running", heartbeatAt: new Date(0) },
    });
    await importAnnotationsJob.run({ importId }, { signal: new AbortController().signal });
    expect(await readAnnotationImport(researcher, importId)).toMatchObject({ state: "succeeded", documents: 2 });
    const beside = readdirSync(path.dirname(folder)).filter((name) => name.startsWith(corpusId));
    expect(beside).toEqual([corpusId]);
  });

  it("that fail leave alone what another worker has made, which took them over meanwhile", async () => {
    const uploadId = await upload(JSON.stringify([task(1, "a", [1, "ja"])]));
    const mapping = [{ control: "art", label: "ja", meaning: "medical" as const }];
    const { importId } = await startAnnotationImport(researcher, { uploadId, name: "x", mapping });
    const { studyId } = researcher;
    const { corpusId } = await database().annotationImport.findUniqueOrThrow({ where: { id: importId } });
    // biome-ignore lint/correctness/useYield: it fails before its first document
    vi.spyOn(AnnotationCollector.prototype, "collect").mockImplementationOnce(async function* () {
      await database().annotationImport.update({ where: { id: importId }, data: { startedAt: new Date() } });
      const address = `store:corpora/${corpusId}`;
      await database().corpus.create({ data: { id: corpusId, studyId, name: "x", state: "ready", address } });
      throw new AnnotationFailure("annotations_none");
    });
    await importAnnotationsJob.run({ importId }, { signal: new AbortController().signal });
    expect(await database().corpus.count({ where: { id: corpusId } })).toBe(1);
    expect(await readAnnotationImport(researcher, importId)).toMatchObject({ state: "running" });
  });
});
