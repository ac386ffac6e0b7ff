import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeParquet } from "@/lib/platform/storage/parquet";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { type SampleDesign, sampleDesignSchema } from "../schema";
import { allocate } from "./allocate";
import { createSample, planSample } from "./create-sample";
import { drawSampleJob } from "./draw-sample";
import { extendDraw, planExtension } from "./extend-draw";
import { NearDuplicates } from "./near-duplicates";
import { permanentRandom } from "./permanent-random";
import { listSampleItems, readSample } from "./read-samples";
import { sweepDrawings } from "./sweep-drawings";

useTestDatabase();

const columns = {
  id: "text",
  text: "text",
  source: "text",
  url: "text",
  language: "text",
  characters: "integer",
  attributes: "text",
} as const;

const pageSchema = z.object({ id: z.string(), text: z.string(), duplicate_of: z.string().nullable() });

let actor: StudyActor;
let corpusId: string;
const documents = Array.from({ length: 300 }, (_, index) => {
  const text = `Document number ${index}. ${`word${index} `.repeat(index % 3 === 0 ? 300 : 10)}`;
  const source = index % 10 === 0 ? "clinic" : "forum";
  return { id: `d${index}`, text, source, url: null, language: "de", characters: text.length, attributes: "{}" };
});

beforeAll(async () => {
  const studyId = await makeStudy();
  actor = await makeMember(studyId, "researcher");
  const address = "store:corpora/test";
  await writeParquet(`${pathOf(address)}/part-00000.parquet`, columns, documents.slice(0, 180));
  await writeParquet(`${pathOf(address)}/part-00001.parquet`, columns, documents.slice(180));
  const corpus = await database().corpus.create({
    data: { studyId, name: "c", address, state: "ready", documents: documents.length },
  });
  corpusId = corpus.id;
});

async function draw(design: SampleDesign, seed = 1): Promise<string> {
  const { id } = await createSample(actor, { name: "s", corpusId, seed, design });
  await drawSampleJob.run({ sampleId: id }, { signal: new AbortController().signal });
  return id;
}
const stratified = (parts: object) =>
  sampleDesignSchema.parse({ kind: "stratified", size: 60, by: ["length"], allocation: "proportional", ...parts });
const drawnIds = async (sampleId: string) => {
  const items = await database().item.findMany({ where: { sampleId }, orderBy: { permanentRandom: "asc" } });
  return items.map(({ documentId }) => documentId);
};

describe("a simple random sample", () => {
  it("takes the documents with the smallest permanent random numbers, and stores the probability of each", async () => {
    const id = await draw({ kind: "simple", size: 40 }, 7);
    const expected = documents
      .map((document) => ({ id: document.id, random: permanentRandom(7, document.id) }))
      .sort((a, b) => a.random - b.random)
      .slice(0, 40);
    expect(await drawnIds(id)).toEqual(expected.map((document) => document.id));
    const items = await database().drawItem.findMany({ where: { draw: { sampleId: id } }, include: { item: true } });
    for (const { inclusionProbability, item } of items) {
      expect(inclusionProbability).toBeCloseTo(40 / 300, 12);
      expect(item.permanentRandom).toBe(permanentRandom(7, item.documentId));
      const original = documents.find((document) => document.id === item.documentId);
      expect(item.text).toBe(original?.text);
      expect(item.originFile).toBe(
        Number(item.documentId.slice(1)) < 180 ? "part-00000.parquet" : "part-00001.parquet",
      );
    }
    expect(await readSample(actor, id)).toMatchObject({ state: "ready", size: 40, drawn: 40 });
  });

  it("is the same for the same seed, also when the worker died half way, and another for another seed", async () => {
    const first = await draw({ kind: "simple", size: 25 }, 3);
    const again = await createSample(actor, { name: "s", corpusId, seed: 3, design: { kind: "simple", size: 25 } });
    const died = new AbortController();
    died.abort();
    await drawSampleJob.run({ sampleId: again.id }, { signal: died.signal }).catch(() => {});
    await drawSampleJob.run({ sampleId: again.id }, { signal: new AbortController().signal });
    await drawSampleJob.run({ sampleId: again.id }, { signal: new AbortController().signal });
    expect(await drawnIds(again.id)).toEqual(await drawnIds(first));
    expect(await drawnIds(await draw({ kind: "simple", size: 25 }, 4))).not.toEqual(await drawnIds(first));
  });

  it("draws every document about as often as its probability says", async () => {
    const counts = new Map<string, number>();
    const seeds = 400;
    for (let seed = 0; seed < seeds; seed++) {
      const smallest = documents
        .map(({ id }) => ({ id, random: permanentRandom(seed, id) }))
        .sort((a, b) => a.random - b.random)
        .slice(0, 60);
      for (const { id } of smallest) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // 60 of 300 in 400 draws: 80 expected, standard deviation 8; the largest of 300 deviations stays under 4.5 of them.
    for (const { id } of documents) expect(Math.abs((counts.get(id) ?? 0) - 80)).toBeLessThan(36);
  });
});

describe("drawing", () => {
  it("is taken over when the worker died, and not while it lives", async () => {
    const design: SampleDesign = { kind: "simple", size: 20 };
    const { id: sampleId } = await createSample(actor, { name: "s", corpusId, seed: 5, design });
    const living = { signal: new AbortController().signal };
    await database().sample.update({
      where: { id: sampleId },
      data: { startedAt: new Date(1), heartbeatAt: new Date() },
    });
    await drawSampleJob.run({ sampleId }, living);
    expect((await readSample(actor, sampleId)).state).toBe("drawing");
    await database().sample.update({ where: { id: sampleId }, data: { heartbeatAt: new Date(0) } });
    await sweepDrawings.run({}, living);
    const jobs = await database().$queryRaw<{ n: number }[]>`
      select count(*)::int as n from graphile_worker.jobs where key = ${`sample:${sampleId}`}`;
    expect(jobs[0]?.n).toBe(1);
    await drawSampleJob.run({ sampleId }, living);
    expect(await readSample(actor, sampleId)).toMatchObject({ state: "ready", drawn: 20 });
  });

  it("takes the whole corpus where that is asked for, each document with probability 1", async () => {
    const id = await draw({ kind: "simple", size: documents.length }, 2);
    const items = await database().drawItem.findMany({ where: { draw: { sampleId: id } } });
    expect(items).toHaveLength(documents.length);
    expect(new Set(items.map(({ inclusionProbability }) => inclusionProbability))).toEqual(new Set([1]));
    expect(items.map(({ position }) => position).sort((a, b) => a - b)).toEqual(documents.map((_, index) => index));
  });
});

describe("a stratified sample", () => {
  const design = sampleDesignSchema.parse({
    kind: "stratified",
    size: 60,
    by: ["length", "source"],
    allocation: "equal",
    lengthEdges: [1000],
  });

  it("draws of each stratum what the preview said, with that stratum's probability", async () => {
    const strata = await planSample(actor, { corpusId, design });
    expect(strata.map(({ key }) => key)).toEqual([
      "length:0-999|source:clinic",
      "length:0-999|source:forum",
      "length:1000+|source:clinic",
      "length:1000+|source:forum",
    ]);
    expect(strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0)).toBe(60);
    const id = await draw(design);
    expect((await readSample(actor, id)).strata).toEqual(
      strata.map(({ key, populationSize, sampleSize }) => ({ key, populationSize, sampleSize })),
    );
    const { items } = await listSampleItems(actor, id, -1);
    for (const item of items) {
      const stratum = strata.find(({ key }) => key === item.stratum);
      expect(item.inclusionProbability).toBeCloseTo((stratum?.sampleSize ?? 0) / (stratum?.populationSize ?? 1), 12);
    }
  });

  it("draws every document about as often as its stratum's probability says", async () => {
    const strata = await planSample(actor, { corpusId, design: stratified({ by: ["source"] }) });
    const counts = new Map<string, number>();
    const seeds = 400;
    for (let seed = 0; seed < seeds; seed++) {
      for (const { key, sampleSize } of strata) {
        const smallest = documents
          .filter(({ source }) => key === `source:${source}`)
          .map(({ id }) => ({ id, random: permanentRandom(seed, id) }))
          .sort((a, b) => a.random - b.random)
          .slice(0, sampleSize);
        for (const { id } of smallest) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    for (const { id, source } of documents) {
      const stratum = strata.find(({ key }) => key === `source:${source}`);
      const probability = (stratum?.sampleSize ?? 0) / (stratum?.populationSize ?? 1);
      const deviation = Math.sqrt(seeds * probability * (1 - probability));
      expect(Math.abs((counts.get(id) ?? 0) - seeds * probability)).toBeLessThanOrEqual(4.5 * deviation);
    }
  });

  it("refuses fewer than two of a stratum that is not taken whole", async () => {
    await expect(planSample(actor, { corpusId, design: { ...design, size: 7 } })).rejects.toMatchObject({
      code: "sample_too_small",
      values: { strata: 4, least: 8 },
    });
  });

  it("refuses more than there is, and what is not there", async () => {
    await expect(planSample(actor, { corpusId, design: { kind: "simple", size: 301 } })).rejects.toMatchObject({
      code: "sample_too_large",
    });
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(planSample(stranger, { corpusId, design })).rejects.toMatchObject({ status: 404 });
  });
});

describe("strata by language and score", () => {
  it("are drawn where the corpus has them, with the score kept beside the document", async () => {
    const address = "store:corpora/scored";
    const rows = documents.map((document, index) => ({
      ...document,
      language: index % 4 === 0 ? null : "de",
      score: 0.5 + (index % 50) / 100,
    }));
    await writeParquet(`${pathOf(address)}/part-00000.parquet`, { ...columns, score: "double" }, rows);
    const { studyId } = actor;
    const scored = await database().corpus.create({
      data: { studyId, name: "scored", address, state: "ready", documents: rows.length },
    });
    const design = stratified({ by: ["language", "score"], scoreEdges: [0.9, 0.75], allocation: "f1", size: 80 });
    const strata = await planSample(actor, { corpusId: scored.id, design });
    expect(strata.map(({ key }) => key)).toEqual([
      "language:de|score:0-0.75",
      "language:de|score:0.75-0.9",
      "language:de|score:0.9-1",
      "language:–|score:0-0.75",
      "language:–|score:0.75-0.9",
      "language:–|score:0.9-1",
    ]);
    expect(strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0)).toBe(80);
    const { id } = await createSample(actor, { name: "s", corpusId: scored.id, seed: 1, design });
    await drawSampleJob.run({ sampleId: id }, { signal: new AbortController().signal });
    const items = await database().drawItem.findMany({
      where: { draw: { sampleId: id } },
      include: { item: true, stratum: true },
    });
    expect(items).toHaveLength(80);
    for (const { item, stratum } of items) {
      const score = rows.find((row) => row.id === item.documentId)?.score ?? 0;
      expect(item.attributes).toEqual({ classifier_score: score });
      expect(stratum.key.split("|")[1]).toBe(
        score < 0.75 ? "score:0-0.75" : score < 0.9 ? "score:0.75-0.9" : "score:0.9-1",
      );
    }
    await expect(planSample(actor, { corpusId, design })).rejects.toMatchObject({ code: "corpus_without_scores" });
  });
});

describe("a drawn document", () => {
  it("is kept as it is in the corpus, whatever stands in it", async () => {
    const address = "store:corpora/odd";
    const texts = ["\"quoted\", 'too'", "line\nbreak\r\n\\.\n\tend", "\\N", " ", "Ähre \u{1F33E}", "NULL"];
    const attributes = ['{"a": {"b": "}"}} ', "{ }", "[1]", "no JSON", null, '{"classifier_score": 7, "ü": "\\"\\\\"}'];
    const rows = texts.map((text, index) => ({
      ...{ id: `'${index}",`, text, source: index % 2 === 0 ? "" : 'a"b', url: null, language: "de" },
      ...{ characters: Array.from(text).length, attributes: attributes[index] ?? null, score: 0.25 + index },
    }));
    await writeParquet(`${pathOf(address)}/part-00000.parquet`, { ...columns, score: "double" }, rows);
    const odd = await database().corpus.create({
      data: { studyId: actor.studyId, name: "odd", address, state: "ready", documents: rows.length },
    });
    const { id: sampleId } = await createSample(actor, {
      ...{ name: "s", corpusId: odd.id, seed: 1, design: { kind: "simple", size: rows.length } },
    });
    await drawSampleJob.run({ sampleId }, { signal: new AbortController().signal });
    const items = await database().item.findMany({ where: { sampleId }, orderBy: { originRow: "asc" } });
    expect(
      items.map(({ documentId, text, source, url, characters }) => [documentId, text, source, url, characters]),
    ).toEqual(rows.map(({ id, text, source, url, characters }) => [id, text, source, url, characters]));
    expect(items.map(({ textHash }) => textHash)).toEqual(
      texts.map((text) => createHash("sha256").update(text).digest("hex")),
    );
    expect(items.map((item) => item.attributes)).toEqual([
      { a: { b: "}" }, classifier_score: 0.25 },
      { classifier_score: 1.25 },
      { classifier_score: 2.25 },
      { classifier_score: 3.25 },
      { classifier_score: 4.25 },
      { classifier_score: 5.25, ü: '"\\' },
    ]);
  });

  it("shares its group with near-duplicates, also with those of an earlier draw", async () => {
    const address = "store:corpora/twins";
    const article = (subject: string) =>
      Array.from({ length: 60 }, (_, at) => `Satz ${at} über ${subject} und den Kreislauf.`).join(" ");
    const rows = Array.from({ length: 40 }, (_, index) => {
      const text = `${article(`Thema${index >> 1}`)} Stand: ${index}`;
      return {
        id: `t${index}`,
        text,
        source: null,
        url: null,
        language: "de",
        characters: text.length,
        attributes: "{}",
      };
    });
    await writeParquet(`${pathOf(address)}/part-00000.parquet`, columns, rows);
    const twins = await database().corpus.create({
      data: { studyId: actor.studyId, name: "twins", address, state: "ready", documents: rows.length },
    });
    const { id: sampleId } = await createSample(actor, {
      ...{ name: "s", corpusId: twins.id, seed: 3, design: { kind: "simple", size: 10 } },
    });
    const signal = new AbortController().signal;
    await drawSampleJob.run({ sampleId }, { signal });
    const { id: drawId } = await database().draw.findFirstOrThrow({ where: { sampleId } });
    await extendDraw(actor, sampleId, { kind: "extension", drawId, size: 40 });
    await drawSampleJob.run({ sampleId }, { signal });
    const items = await database().item.findMany({ where: { sampleId } });
    const groups = new Map<string, Set<string>>();
    for (const { documentId, duplicateGroup } of items) {
      const pair = `${Number(documentId.slice(1)) >> 1}`;
      groups.set(pair, (groups.get(pair) ?? new Set()).add(duplicateGroup));
    }
    expect(groups.size).toBe(20);
    for (const [pair, group] of groups) expect(group.size, pair).toBe(1);
    expect(new Set(items.map(({ duplicateGroup }) => duplicateGroup)).size).toBe(20);
  });
});

describe("an extension", () => {
  const living = () => ({ signal: new AbortController().signal });
  const design = stratified({ by: ["length", "source"], lengthEdges: [1000], allocation: "proportional" });

  it("has all documents of the earlier draw and the next ones, with probabilities of its own", async () => {
    const id = await draw(design, 11);
    const first = await database().draw.findFirstOrThrow({ where: { sampleId: id }, include: { items: true } });
    const planned = await planExtension(actor, { kind: "extension", drawId: first.id, size: 130 });
    await extendDraw(actor, id, { kind: "extension", drawId: first.id, size: 130 });
    expect(await readSample(actor, id)).toMatchObject({ state: "extending", size: 60 });
    await expect(extendDraw(actor, id, { kind: "extension", drawId: first.id, size: 140 })).rejects.toMatchObject({
      code: "sample_busy",
    });
    // a worker that died half way is followed by another
    const died = new AbortController();
    died.abort();
    await drawSampleJob.run({ sampleId: id }, { signal: died.signal }).catch(() => {});
    await drawSampleJob.run({ sampleId: id }, living());
    const extended = await readSample(actor, id, 2);
    expect(extended).toMatchObject({ state: "ready", size: 130, drawn: 130 });
    expect(extended.draws.map((one) => [one.number, one.extends, one.pending, one.size])).toEqual([
      [1, null, false, 60],
      [2, 1, false, 130],
    ]);
    expect(extended.strata.map(({ key, sampleSize }) => [key, sampleSize])).toEqual(
      planned.map(({ key, sampleSize }) => [key, sampleSize]),
    );
    const items = await database().drawItem.findMany({
      where: { draw: { sampleId: id, number: 2 } },
      include: { item: true, stratum: true },
    });
    const now = new Set(items.map(({ itemId }) => itemId));
    expect(first.items.every(({ itemId }) => now.has(itemId))).toBe(true);
    // in every stratum the documents with the smallest permanent random numbers, as one draw of this size takes
    for (const stratum of planned) {
      const smallest = documents
        .filter(({ text, source }) => {
          return stratum.key === `length:${text.length < 1000 ? "0-999" : "1000+"}|source:${source}`;
        })
        .map(({ id: documentId }) => ({ documentId, random: permanentRandom(11, documentId) }))
        .sort((a, b) => a.random - b.random)
        .slice(0, stratum.sampleSize);
      const own = items.filter((item) => item.stratum.key === stratum.key);
      expect(new Set(own.map(({ item }) => item.documentId))).toEqual(
        new Set(smallest.map(({ documentId }) => documentId)),
      );
      for (const { inclusionProbability } of own) {
        expect(inclusionProbability).toBeCloseTo(stratum.sampleSize / stratum.populationSize, 12);
      }
    }
    // what the first draw says of itself stays
    const before = await database().drawItem.findMany({ where: { drawId: first.id } });
    expect(before).toEqual(expect.arrayContaining(first.items));
    expect(await database().item.count({ where: { sampleId: id } })).toBe(130);
  });

  it("leaves what was there when it fails, and says so", async () => {
    const id = await draw(design, 12);
    const first = await database().draw.findFirstOrThrow({ where: { sampleId: id } });
    await extendDraw(actor, id, { kind: "extension", drawId: first.id, size: 100 });
    await database().corpus.update({ where: { id: corpusId }, data: { address: "store:corpora/nowhere" } });
    await drawSampleJob.run({ sampleId: id }, living());
    await database().corpus.update({ where: { id: corpusId }, data: { address: "store:corpora/test" } });
    const sample = await readSample(actor, id);
    expect(sample).toMatchObject({ state: "ready", failureCode: "drawing_failed", size: 60, drawn: 60 });
    expect(sample.draws).toHaveLength(1);
    expect(await database().item.count({ where: { sampleId: id } })).toBe(60);
  });

  it("refuses fewer, more than there are, and draws of other studies", async () => {
    const id = await draw(design, 13);
    const { id: drawId } = await database().draw.findFirstOrThrow({ where: { sampleId: id } });
    const plan = (size: number, by = actor) => planExtension(by, { kind: "extension", drawId, size });
    await expect(plan(60)).rejects.toMatchObject({ code: "draw_not_larger" });
    await expect(plan(301)).rejects.toMatchObject({ code: "sample_too_large" });
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(plan(100, stranger)).rejects.toMatchObject({ status: 404 });
  });
});

describe("allocation", () => {
  it("never takes back what is drawn, whatever the size", () => {
    for (const kind of ["proportional", "equal"] as const) {
      let drawn: number[] = [];
      for (let size = 8; size < 400; size += 7) {
        const counts = allocate([500, 73, 31, 9], size, kind, drawn);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(size);
        counts.forEach((count, index) => {
          expect(count).toBeGreaterThanOrEqual(drawn[index] ?? 0);
        });
        drawn = counts;
      }
    }
  });

  it("sums to what is wanted, never takes more than there is, and lets every stratum speak for itself", () => {
    for (const kind of ["proportional", "equal"] as const) {
      for (const populations of [[1000, 10, 1], [5, 5, 5], [1, 1, 1, 1], [100_000, 3], [7]]) {
        for (const size of [1, 4, 9, 12, 50, 1011]) {
          const counts = allocate(populations, size, kind);
          const total = populations.reduce((sum, n) => sum + n, 0);
          expect(
            counts.reduce((sum, n) => sum + n, 0),
            `${kind} ${populations} ${size}`,
          ).toBe(Math.min(size, total));
          for (const [index, count] of counts.entries()) expect(count).toBeLessThanOrEqual(populations[index] ?? 0);
        }
      }
    }
    expect(allocate([9000, 900, 100], 100, "proportional")).toEqual([89, 9, 2]);
    expect(allocate([9000, 900, 10], 100, "equal")).toEqual([45, 45, 10]);
  });
});

describe("near-duplicates", () => {
  const article = Array.from({ length: 120 }, (_, index) => `Satz ${index} über das Herz und den Kreislauf.`).join(" ");

  it("are found when a menu, a date or a sentence differs, and not when only the subject is the same", async () => {
    const duplicates = new NearDuplicates();
    duplicates.add("a", article);
    duplicates.add("b", `Startseite | Kontakt ${article.replace("Satz 50 über", "Punkt 50 zu")} Stand: 3. Mai`);
    duplicates.add("c", "Das Herz pumpt Blut durch den Kreislauf, und der Kreislauf versorgt die Organe.");
    duplicates.add("d", "Das Herz ist ein Muskel. Es schlägt etwa siebzigmal in der Minute.");
    expect([...(await duplicates.groups())]).toEqual([
      ["a", "a"],
      ["b", "a"],
    ]);
  });

  it("are found where the example corpus marks them, and nowhere else", async () => {
    const lines = readFileSync("example/corpus/pages.jsonl", "utf8").trim().split("\n");
    const pages = lines.map((line) => pageSchema.parse(JSON.parse(line)));
    const duplicates = new NearDuplicates();
    for (const { id, text } of pages) duplicates.add(id, text);
    const groups = await duplicates.groups();
    const marked = pages.flatMap(({ id, duplicate_of }) => (duplicate_of ? [[id, duplicate_of] as const] : []));
    expect(marked.length).toBeGreaterThan(5);
    for (const [id, original] of marked) expect(groups.get(id), id).toBe(groups.get(original));
    expect(new Set(groups.keys())).toEqual(new Set(marked.flat()));
  });
});
