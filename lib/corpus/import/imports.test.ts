import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { deleteFailedCorpus } from "../delete-failed-corpus";
import { listDocuments } from "../documents/list-documents";
import { readDocument } from "../documents/read-document";
import { listCorpora, readCorpus } from "../read-corpora";
import type { ColumnMapping, ImportSource } from "../schema";
import { deleteUpload } from "../uploads/delete-upload";
import { receiveUpload } from "../uploads/receive-upload";
import { createUpload, findUpload } from "../uploads/upload-store";
import { cancelImport } from "./cancel-import";
import { previewImport } from "./preview-import";
import { readImport } from "./read-import";
import { listRejects, rejectsAsCsv } from "./read-rejects";
import { runImport } from "./run-import";
import { startImport } from "./start-import";
import { removeOldUploads, sweepImports } from "./sweep-imports";

useTestDatabase();

const root = mkdtempSync(path.join(tmpdir(), "roots-"));
const outside = mkdtempSync(path.join(tmpdir(), "outside-"));
process.env.STUDIO_IMPORT_ROOTS = `${root}:/no/such/root`;

const columns: ColumnMapping = { text: "text", id: "id", source: "source", url: null, language: null, gold: null };
const script = "<script>alert('x')</script> Ärztliche Leitlinie";
const documents = [
  { id: "a", text: "Der Patient klagt über Rückenschmerzen.", source: "clinic" },
  { id: "b", text: script, source: "forum" },
  { id: "a", text: "zweites a", source: "forum" },
  { id: "c", text: "Rezept für Zwiebelkuchen", source: "shop" },
];
const content = `${documents.map((each) => JSON.stringify(each)).join("\n")}\n=HYPERLINK("x")\n`;
const ended = { signal: AbortSignal.abort() };
const running = () => ({ signal: new AbortController().signal });

let actor: StudyActor;
let stranger: StudyActor;

beforeAll(async () => {
  actor = await makeMember(await makeStudy(), "researcher");
  stranger = await makeMember(await makeStudy(), "researcher");
});

async function* bytesOf(text: string | Buffer): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function uploaded(text: string, fileName = "pages.jsonl"): Promise<ImportSource> {
  const { uploadId } = await createUpload(actor, { fileName, bytes: Buffer.byteLength(text) });
  await receiveUpload(actor, uploadId, 0, bytesOf(text));
  return { kind: "upload", uploadId };
}

async function started(text = content): Promise<{ importId: string; corpusId: string }> {
  return startImport(actor, { source: await uploaded(text), name: "Korpus", description: "", columns });
}

const problem = (code: string, status?: number) => expect.objectContaining(status ? { code, status } : { code });
const filesOf = (corpusId: string) => readdirSync(pathOf("store:corpora")).filter((name) => name.startsWith(corpusId));

describe("an upload", () => {
  it("arrives in parts, of which one may be sent again", async () => {
    const { uploadId } = await createUpload(actor, { fileName: "../../etc/passwd.jsonl", bytes: 10 });
    expect((await receiveUpload(actor, uploadId, 0, bytesOf("01234"))).received).toBe(5);
    await expect(receiveUpload(actor, uploadId, 7, bytesOf("789"))).rejects.toEqual(problem("upload_offset", 409));
    await expect(previewImport(actor, { kind: "upload", uploadId })).rejects.toEqual(problem("upload_incomplete"));
    expect((await receiveUpload(actor, uploadId, 3, bytesOf("3456789"))).received).toBe(10);
    await expect(receiveUpload(actor, uploadId, 8, bytesOf("abc"))).rejects.toEqual(problem("upload_too_large", 413));
    const { address } = await findUpload(actor, uploadId);
    expect(address).toBe(`store:uploads/${actor.studyId}/${uploadId}/content`);
    await deleteUpload(actor, uploadId);
    expect(existsSync(pathOf(address))).toBe(false);
  });

  it("belongs to its study", async () => {
    const source = await uploaded(content);
    if (source.kind !== "upload") throw new Error("an upload");
    await expect(findUpload(stranger, source.uploadId)).rejects.toEqual(problem("not_found", 404));
    await expect(previewImport(stranger, source)).rejects.toEqual(problem("not_found", 404));
  });

  it("above the limit is refused before it is sent", async () => {
    await expect(createUpload(actor, { fileName: "a", bytes: 30 * 1024 ** 3 })).rejects.toEqual(
      problem("upload_too_large", 413),
    );
  });

  it("that nobody imported is removed after a day", async () => {
    const source = await uploaded(content);
    if (source.kind !== "upload") throw new Error("an upload");
    await removeOldUploads();
    await findUpload(actor, source.uploadId);
    const folder = path.dirname(pathOf((await findUpload(actor, source.uploadId)).address));
    for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), new Date(0), new Date(0));
    await removeOldUploads();
    await expect(findUpload(actor, source.uploadId)).rejects.toEqual(problem("not_found", 404));
  });
});

describe("a path on the server", () => {
  const byPath = (place: string) => previewImport(actor, { kind: "path", path: place });

  it("is read below the allowed folders only, with links followed", async () => {
    mkdirSync(path.join(root, "deep"));
    writeFileSync(path.join(root, "deep", "pages.jsonl"), content);
    writeFileSync(path.join(outside, "secret.jsonl"), content);
    symlinkSync(outside, path.join(root, "link"));
    symlinkSync(path.join(outside, "secret.jsonl"), path.join(root, "secret.jsonl"));
    expect((await byPath(path.join(root, "deep", "pages.jsonl"))).fileName).toBe("pages.jsonl");
    const refused = problem("import_path_outside", 422);
    await expect(byPath(path.join(outside, "secret.jsonl"))).rejects.toEqual(refused);
    await expect(byPath(path.join(outside, "no-such-file"))).rejects.toEqual(refused);
    await expect(byPath(path.join(root, "link", "secret.jsonl"))).rejects.toEqual(refused);
    await expect(byPath(path.join(root, "secret.jsonl"))).rejects.toEqual(refused);
    await expect(byPath(`${root}/../${path.basename(outside)}/secret.jsonl`)).rejects.toEqual(refused);
    await expect(byPath(`${root}-other/secret.jsonl`)).rejects.toEqual(refused);
    await expect(byPath("deep/pages.jsonl")).rejects.toEqual(refused);
    await expect(byPath(`${root}/a\0.jsonl`)).rejects.toEqual(refused);
    await expect(byPath(path.join(root, "missing.jsonl"))).rejects.toEqual(problem("import_path_missing", 422));
    await expect(byPath(path.join(root, "deep"))).rejects.toEqual(problem("import_path_missing", 422));
  });
});

describe("a preview", () => {
  it("guesses which column is what, and shows lines that are no JSON", async () => {
    const line = {
      doc_id: 7,
      content: "Ein langer Text ".repeat(10),
      domain: "a.example",
      label: "medical",
      score: 0.5,
    };
    const preview = await previewImport(actor, await uploaded(`${JSON.stringify(line)}\n<html>\n`));
    expect(preview.guess).toEqual({
      text: "content",
      id: "doc_id",
      source: "domain",
      url: null,
      language: null,
      gold: "label",
    });
    expect(preview.unreadable).toEqual([{ line: 2, code: "not_json", excerpt: "<html>" }]);
    expect(preview.columns.find(({ name }) => name === "score")?.kinds).toEqual(["number"]);
  });

  it("takes the longest text where no name is usual, and none where all are short", async () => {
    const long = await previewImport(actor, await uploaded(JSON.stringify({ a: "kurz", seite: "lang ".repeat(50) })));
    expect(long.guess.text).toBe("seite");
    const short = await previewImport(actor, await uploaded(JSON.stringify({ a: "kurz", b: 2 })));
    expect(short.guess.text).toBeNull();
  });

  it("of a file that can't be read says why", async () => {
    await expect(previewImport(actor, await uploaded("\n\n"))).rejects.toEqual(problem("file_empty", 422));
    await expect(previewImport(actor, await uploaded("no", "a.gz"))).rejects.toEqual(problem("file_not_gzip", 422));
    await expect(previewImport(actor, await uploaded("PK\u0003\u0004", "a.zip"))).rejects.toEqual(
      problem("format_unknown", 422),
    );
    const long = await previewImport(actor, await uploaded("x".repeat(40 * 1024 * 1024)));
    expect(long.unreadable).toMatchObject([{ line: 1, code: "line_too_long" }]);
    const text = "PAR1 this only looks like one PAR1";
    await expect(previewImport(actor, await uploaded(text, "a.parquet"))).rejects.toEqual(problem("file_not_parquet"));
  });
});

describe("an import", () => {
  it("makes a corpus that can be looked into, with its refused lines", async () => {
    const { importId, corpusId } = await started();
    expect((await readCorpus(actor, corpusId)).state).toBe("importing");
    await expect(listDocuments(actor, corpusId, { search: "", from: "0-0", limit: 5 })).rejects.toEqual(
      problem("corpus_not_ready"),
    );
    await runImport.run({ importId }, running());
    const corpus = await readCorpus(actor, corpusId);
    expect(corpus).toMatchObject({ state: "ready", documents: 3, import: { state: "succeeded", rejected: 2 } });
    expect(corpus.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(filesOf(corpusId)).toEqual([corpusId]);
    expect((await listRejects(actor, importId, { after: 0 })).lines.map(({ line, code }) => [line, code])).toEqual([
      [3, "duplicate_id"],
      [5, "not_json"],
    ]);
    expect((await listRejects(actor, importId, { code: "not_json", after: 0 })).lines).toHaveLength(1);
    const { csv } = await rejectsAsCsv(actor, importId, {});
    expect(csv.split("\r\n")).toEqual([
      "line,code,excerpt",
      '"3","duplicate_id","a: zweites a"',
      `"5","not_json","'=HYPERLINK(""x"")"`,
      "",
    ]);
    const all = await listDocuments(actor, corpusId, { search: "", from: "0-0", limit: 2 });
    expect(all.documents.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(all.next).toBe("0-2");
    const found = await listDocuments(actor, corpusId, { search: "ÄRZTLICHE", from: "0-0", limit: 5 });
    expect(found.documents.map(({ id, excerpt }) => [id, excerpt])).toEqual([["b", script]]);
    expect((await listDocuments(actor, corpusId, { search: "c", from: "0-2", limit: 5 })).documents[0]?.id).toBe("c");
    const document = await readDocument(actor, corpusId, "0-1");
    expect(document).toMatchObject({ text: script, previous: "0-0", next: "0-2", attributes: {}, score: null });
    await expect(readDocument(actor, corpusId, "0-3")).rejects.toEqual(problem("not_found", 404));
    await expect(readDocument(actor, corpusId, "7-0")).rejects.toEqual(problem("not_found", 404));
    const actions = await database().auditEntry.findMany({
      where: { subjectId: corpusId },
      orderBy: { at: "asc" },
    });
    expect(actions.map(({ action }) => action)).toEqual(["corpora.import", "corpora.imported"]);
  });

  it("is not there for another study", async () => {
    const { importId, corpusId } = await started();
    const missing = problem("not_found", 404);
    await expect(readCorpus(stranger, corpusId)).rejects.toEqual(missing);
    await expect(readImport(stranger, importId)).rejects.toEqual(missing);
    await expect(cancelImport(stranger, importId)).rejects.toEqual(missing);
    await expect(listDocuments(stranger, corpusId, { search: "", from: "0-0", limit: 1 })).rejects.toEqual(missing);
    await expect(rejectsAsCsv(stranger, importId, {})).rejects.toEqual(missing);
    expect(await listCorpora(stranger)).toEqual([]);
    await cancelImport(actor, importId);
  });

  it("of one file starts once, however often it is asked for", async () => {
    const source = await uploaded(content);
    const input = { source, name: "Korpus", description: "", columns };
    const outcomes = await Promise.allSettled([startImport(actor, input), startImport(actor, input)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const twice = { ...columns, source: "text" };
    await expect(startImport(actor, { ...input, columns: twice })).rejects.toEqual(problem("column_used_twice", 422));
  });

  it("with no usable line fails, and shows why; its entry can be removed, a ready corpus not", async () => {
    const { importId, corpusId } = await started('{"body": "x"}\n{"body": "y"}\n');
    await runImport.run({ importId }, running());
    expect(await readImport(actor, importId)).toMatchObject({
      state: "failed",
      failureCode: "no_document_kept",
      rejectedByCode: { text_missing: 2 },
    });
    expect((await listRejects(actor, importId, { after: 0 })).lines).toHaveLength(2);
    expect(filesOf(corpusId)).toEqual([]);
    await deleteFailedCorpus(actor, corpusId);
    await expect(readCorpus(actor, corpusId)).rejects.toEqual(problem("not_found", 404));
    const ready = await started();
    await runImport.run({ importId: ready.importId }, running());
    await expect(deleteFailedCorpus(actor, ready.corpusId)).rejects.toEqual(problem("corpus_in_use", 409));
  });

  it("that is cancelled while it works leaves nothing, and can't be cancelled twice", async () => {
    const many = Array.from({ length: 40_000 }, (_, id) =>
      JSON.stringify({ id, text: `Text ${id} ${"wort ".repeat(40)}` }),
    );
    const { importId, corpusId } = await started(many.join("\n"));
    const work = runImport.run({ importId }, running());
    await waitForState(importId, "running");
    expect((await cancelImport(actor, importId)).state).toBe("cancelled");
    await work;
    expect(filesOf(corpusId)).toEqual([]);
    expect((await readCorpus(actor, corpusId)).state).toBe("failed");
    await expect(cancelImport(actor, importId)).rejects.toEqual(problem("import_over", 409));
  });

  it("goes back to the queue when the worker is told to stop", async () => {
    const { importId, corpusId } = await started();
    await runImport.run({ importId }, ended);
    expect((await readImport(actor, importId)).state).toBe("queued");
    await runImport.run({ importId }, running());
    expect((await readCorpus(actor, corpusId)).state).toBe("ready");
  });

  it("whose worker died is started over by the next, from a clean folder, but not while the first lives", async () => {
    const { importId, corpusId } = await started();
    const left = `${pathOf(`store:corpora/${corpusId}`)}.1.part`;
    mkdirSync(path.join(left, "shards"), { recursive: true });
    writeFileSync(path.join(left, "shards", "part-00000.parquet"), "half");
    const claim = { state: "running" as const, startedAt: new Date(1), heartbeatAt: new Date(), documents: 2 };
    await database().corpusImport.update({ where: { id: importId }, data: claim });
    await runImport.run({ importId }, running());
    expect((await readImport(actor, importId)).state).toBe("running");
    await database().corpusImport.update({ where: { id: importId }, data: { heartbeatAt: new Date(0) } });
    await sweepImports.run({}, running());
    const jobs = await database().$queryRaw<{ n: number }[]>`
      select count(*)::int as n from graphile_worker.jobs where key = ${`import:${importId}`}`;
    expect(jobs[0]?.n).toBe(1);
    await runImport.run({ importId }, running());
    expect(await readCorpus(actor, corpusId)).toMatchObject({ state: "ready", documents: 3 });
    expect(filesOf(corpusId)).toEqual([corpusId]);
    await runImport.run({ importId }, running());
    expect((await readCorpus(actor, corpusId)).documents).toBe(3);
  });

  it("that another worker took over in the last moment leaves the other's files where they are", async () => {
    const { importId, corpusId } = await started();
    await database().$executeRawUnsafe(
      `create function taken_over() returns trigger language plpgsql as $$ begin return null; end $$`,
    );
    await database().$executeRawUnsafe(
      `create trigger taken_over before update on "CorpusImport" for each row when (new."state" = 'succeeded')
       execute function taken_over()`,
    );
    await runImport.run({ importId }, running());
    await database().$executeRawUnsafe(`drop function taken_over cascade`);
    expect((await readImport(actor, importId)).state).toBe("running");
    expect(filesOf(corpusId)).toEqual([corpusId]);
  });

  it("whose server file has gone since fails with that reason", async () => {
    const place = path.join(root, "soon-gone.jsonl");
    writeFileSync(place, content);
    const { importId } = await startImport(actor, {
      source: { kind: "path", path: place },
      name: "Korpus",
      description: "",
      columns,
    });
    rmSync(place);
    await runImport.run({ importId }, running());
    expect(await readImport(actor, importId)).toMatchObject({ state: "failed", failureCode: "file_missing" });
  });
});

async function waitForState(importId: string, state: string): Promise<void> {
  await expect.poll(async () => (await readImport(actor, importId)).state, { timeout: 30_000 }).toBe(state);
}
