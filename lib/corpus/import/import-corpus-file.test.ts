import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { digestOf } from "@/lib/platform/storage/files";
import { readParquetRows, writeParquet } from "@/lib/platform/storage/parquet";
import type { ColumnMapping } from "../schema";
import { ImportFailure } from "./failure";
import { type ImportedCorpus, importCorpusFile } from "./import-corpus-file";
import { idOfText } from "./write-pieces";

const folder = mkdtempSync(path.join(tmpdir(), "import-"));
const columns: ColumnMapping = { text: "text", id: "id", source: "source", url: "url", language: "lang", gold: "gold" };
const german = "Der Patient stellte sich mit Schmerzen in der Brust vor und wurde stationär aufgenommen.";
let files = 0;

function fileOf(content: string | Buffer, name = "pages.jsonl"): string {
  const file = path.join(folder, `${files++}-${name}`);
  writeFileSync(file, content);
  return file;
}

function lines(...values: unknown[]): string {
  return `${values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n")}\n`;
}

async function imported(file: string, mapping: ColumnMapping = columns) {
  const target = path.join(folder, `corpus-${files++}`);
  const corpus = await importCorpusFile({ file, folder: target, columns: mapping });
  expect(existsSync(`${target}.part`)).toBe(false);
  return { corpus, target, rows: await rowsOf(target) };
}

async function failure(file: string, mapping: ColumnMapping = columns): Promise<ImportFailure> {
  const target = path.join(folder, `corpus-${files++}`);
  const error = await importCorpusFile({ file, folder: target, columns: mapping }).catch((thrown: unknown) => thrown);
  expect(existsSync(target)).toBe(false);
  expect(existsSync(`${target}.part`)).toBe(false);
  expect(error).toBeInstanceOf(ImportFailure);
  return error as ImportFailure;
}

const rowSchema = z.object({
  id: z.string(),
  text: z.string(),
  source: z.string().nullable(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  characters: z.number(),
  attributes: z.string(),
});
const rowsOf = (target: string) => readParquetRows(pathToFileURL(target).href, rowSchema, { limit: 10_000 });
const told = (corpus: ImportedCorpus) => corpus.rejectedLines.map(({ line, code }) => [line, code]);

describe("importing JSON lines", () => {
  it("keeps good lines as they are and tells of each bad one its number and reason", async () => {
    const file = fileOf(
      Buffer.concat([
        Buffer.from([0xef, 0xbb, 0xbf]),
        Buffer.from(
          lines({
            id: "a",
            text: german,
            source: "clinic",
            url: "https://a.example",
            lang: "DE",
            gold: "medical",
            n: 7,
          }),
        ),
        Buffer.from(
          lines("<html><script>alert(1)</script></html>", '{"id": "b", "text": ', '["a", "list"]', "null", ""),
        ),
        Buffer.from(
          lines({ id: "c" }, { id: "c", text: 5 }, { id: "c", text: " \n " }, { id: "c", text: "x".repeat(1_000_001) }),
        ),
        Buffer.from('{"id": "d", "text": "caf'),
        Buffer.from([0xe9]),
        Buffer.from('"}\n'),
        Buffer.from(lines({ id: "e", text: "a\0b" }, { id: { x: 1 }, text: "y" }, { id: "i".repeat(501), text: "y" })),
        Buffer.from(lines({ id: "f", text: "y", source: ["list"] }, { id: "f", text: "y", url: "u".repeat(2_001) })),
        Buffer.from(lines({ id: "g", text: "z", more: "q".repeat(1_000_001) }, { id: "h", text: "lone \ud800 half" })),
        Buffer.from(lines({ id: "j", text: "ok", more: { "deep\0": 1 } }, '{"id": 17, "text": "<b>bold</b>\\r\\n"}')),
        Buffer.from('{"id": "last", "text": "ohne Zeilenende"}'),
      ]),
    );
    const { corpus, rows } = await imported(file);
    expect(told(corpus)).toEqual([
      [2, "not_json"],
      [3, "not_json"],
      [4, "not_an_object"],
      [5, "not_an_object"],
      [7, "text_missing"],
      [8, "text_not_text"],
      [9, "text_empty"],
      [10, "text_too_long"],
      [11, "invalid_utf8"],
      [12, "nul_character"],
      [13, "id_not_text"],
      [14, "id_too_long"],
      [15, "field_not_text"],
      [16, "field_too_long"],
      [17, "attributes_too_large"],
      [18, "invalid_utf8"],
      [19, "nul_character"],
    ]);
    expect(corpus.rejected).toBe(17);
    expect(corpus.rejectedByCode).toMatchObject({ not_json: 2, invalid_utf8: 2, nul_character: 2 });
    expect(corpus.rejectedLines[0]?.excerpt).toBe("<html><script>alert(1)</script></html>");
    expect(rows.map(({ id, text }) => [id, text])).toEqual([
      ["a", german],
      ["17", "<b>bold</b>\r\n"],
      ["last", "ohne Zeilenende"],
    ]);
    expect(rows[0]).toEqual({
      id: "a",
      text: german,
      source: "clinic",
      url: "https://a.example",
      language: "de",
      characters: german.length,
      attributes: JSON.stringify({ n: 7, gold: "medical" }),
    });
  });

  it("passes over a line above the limit without holding it", async () => {
    const long = Buffer.alloc(40 * 1024 * 1024, "x");
    const file = fileOf(
      Buffer.concat([
        Buffer.from('{"id": "long", "text": "'),
        long,
        Buffer.from('"}\n'),
        Buffer.from(lines({ id: "b", text: "kurz" })),
      ]),
    );
    const { corpus, rows } = await imported(file);
    expect(told(corpus)).toEqual([[1, "line_too_long"]]);
    expect(rows.map(({ id }) => id)).toEqual(["b"]);
  });

  it("keeps the first of several documents with one id, and names the line of each later one", async () => {
    const many = Array.from({ length: 3_000 }, (_, number) => ({
      id: String(number % 2_000),
      text: `Text ${number} ${"x".repeat(9_000)}`,
    }));
    const { corpus, rows } = await imported(fileOf(lines(...many)));
    expect(corpus.documents).toBe(2_000);
    expect(corpus.rejectedByCode).toEqual({ duplicate_id: 1_000 });
    expect(told(corpus)[0]).toEqual([2_001, "duplicate_id"]);
    expect(corpus.rejectedLines).toHaveLength(1_000);
    expect(rows.map(({ text }) => text.split(" ")[1])).toEqual(many.slice(0, 2_000).map((_, number) => String(number)));
  });

  it("names a document by its text where it has no id, and refuses the same text then", async () => {
    const { corpus, rows } = await imported(fileOf(lines({ text: "eins" }, { text: "zwei" }, { text: "eins" })), {
      ...columns,
      id: null,
    });
    expect(rows.map(({ id }) => id)).toEqual([idOfText("eins"), idOfText("zwei")]);
    expect(told(corpus)).toEqual([[3, "duplicate_text"]]);
  });

  it("counts every refused line and keeps the first thousand", async () => {
    const bad = Array.from({ length: 1_500 }, () => "bad");
    const { corpus } = await imported(fileOf(lines(...bad, { id: "a", text: "gut" })));
    expect(corpus.rejected).toBe(1_500);
    expect(corpus.rejectedLines).toHaveLength(1_000);
    expect(corpus.rejectedLines.at(-1)?.line).toBe(1_000);
  });

  it("counts lengths in code points, sources, languages and repeated texts", async () => {
    const file = fileOf(
      lines(
        { id: "1", text: german, source: "clinic" },
        { id: "2", text: german, source: "clinic" },
        { id: "3", text: "\u{1F600}\u{1F600}", source: "forum", lang: "xx" },
        { id: "4", text: "The patient was admitted to the hospital because of chest pain and fever last night." },
      ),
    );
    const { corpus, target } = await imported(file);
    expect(corpus).toMatchObject({
      documents: 4,
      characters: 2 * german.length + 2 + 84,
      duplicateTexts: 1,
      sources: [
        { value: "clinic", documents: 2 },
        { value: "forum", documents: 1 },
        { value: null, documents: 1 },
      ],
      languages: [
        { value: "de", documents: 2 },
        { value: "en", documents: 1 },
        { value: "xx", documents: 1 },
      ],
      digest: await digestOf(target),
    });
    expect(corpus.lengthHistogram.reduce((sum, { documents }) => sum + documents, 0)).toBe(4);
  });

  it("reads gzip by its bytes, not by its name, in several members too", async () => {
    const packed = Buffer.concat([
      gzipSync(lines({ id: "a", text: "eins" })),
      gzipSync(lines({ id: "b", text: "zwei" })),
    ]);
    expect((await imported(fileOf(packed, "pages.data"))).rows.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("writes several shards in the order of the file", async () => {
    const many = Array.from({ length: 130_000 }, (_, number) => ({
      id: `n${number}`,
      text: `Text ${number}`,
      lang: "de",
    }));
    const { target } = await imported(fileOf(`${many.map((each) => JSON.stringify(each)).join("\n")}\n`));
    expect(readdirSync(target).sort()).toEqual(["part-00000.parquet", "part-00001.parquet"]);
    const [first] = await readParquetRows(pathToFileURL(path.join(target, "part-00001.parquet")).href, rowSchema, {
      limit: 1,
    });
    const before = await readParquetRows(pathToFileURL(path.join(target, "part-00000.parquet")).href, rowSchema, {
      columns: ["id", "text", "source", "url", "language", "characters", "attributes"],
      limit: 1,
      offset: Number(first?.id.slice(1)) - 1,
    });
    expect(before[0]?.id).toBe(`n${Number(first?.id.slice(1)) - 1}`);
  });
});

describe("a file that can't become a corpus", () => {
  it("is refused with its reason", async () => {
    expect((await failure(fileOf(""))).code).toBe("file_empty");
    expect((await failure(fileOf("\n\n  \n"))).code).toBe("file_empty");
    expect((await failure(path.join(folder, "missing.jsonl"))).code).toBe("file_missing");
    expect((await failure(fileOf("PK\u0003\u0004zip", "pages.zip"))).code).toBe("format_unknown");
    expect((await failure(fileOf("text", "pages.jsonl.gz"))).code).toBe("file_not_gzip");
    expect((await failure(fileOf("PAR1 but no end", "pages.parquet"))).code).toBe("file_damaged");
    expect((await failure(fileOf("PAR1 no footer PAR1", "pages.parquet"))).code).toBe("file_not_parquet");
    expect((await failure(fileOf("id,text\n1,a", "pages.parquet"))).code).toBe("file_not_parquet");
  });

  it("shows its refused lines where all of them are", async () => {
    const thrown = await failure(fileOf(lines({ body: "a" }, { body: "b" })));
    expect(thrown.code).toBe("no_document_kept");
    expect(thrown.rejects?.byCode).toEqual({ text_missing: 2 });
    expect(thrown.rejects?.first()).toHaveLength(2);
  });

  it("is told from other kinds of text: a table, a web page, one JSON list, UTF-16", async () => {
    const row = lines({ id: "a", text: german });
    for (const content of [
      "id,text\n1,a\n",
      "<html><script>alert(1)</script>\n</html>",
      JSON.stringify([{ id: "a", text: german }], null, 2),
      Buffer.from(`\uFEFF${row}`, "utf16le"),
    ]) {
      const thrown = await failure(fileOf(content));
      expect(thrown.code).toBe("no_document_kept");
      expect(Object.keys(thrown.rejects?.byCode ?? {}).length).toBeGreaterThan(0);
    }
  });

  it("is not held in memory when it is 200 MB on one line, packed or not", async () => {
    const bytes = 200 * 1024 * 1024;
    const file = fileOf("");
    const handle = openSync(file, "w");
    writeSync(handle, '{"id": "a", "text": "');
    const piece = Buffer.alloc(8 * 1024 * 1024, "x");
    for (let written = 0; written < bytes; written += piece.length) writeSync(handle, piece);
    closeSync(handle);
    const packed = fileOf("", "long.jsonl.gz");
    await pipeline(createReadStream(file), createGzip({ level: 1 }), createWriteStream(packed));
    const before = process.memoryUsage.rss();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss() - before);
    }, 10);
    for (const source of [file, packed]) {
      const thrown = await failure(source);
      expect(thrown.code).toBe("no_document_kept");
      expect(thrown.rejects?.byCode).toEqual({ line_too_long: 1 });
    }
    clearInterval(watch);
    expect(most).toBeLessThan(bytes / 2);
    rmSync(file);
  });

  it("leaves nothing behind when it ends in the middle of a packed file", async () => {
    const many = Array.from({ length: 2_000 }, (_, number) => ({
      id: String(number),
      text: `${Math.sin(number)} ${Math.cos(number)}`,
    }));
    const packed = gzipSync(lines(...many));
    expect((await failure(fileOf(packed.subarray(0, packed.length - 500), "cut.jsonl.gz"))).code).toBe("file_damaged");
  });

  it("ends where a packed file unpacks to more than any texts do", async () => {
    const member = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "), { level: 9 });
    const many = Buffer.concat([gzipSync(lines({ id: "a", text: "eins" })), ...Array(17).fill(member)]);
    expect((await failure(fileOf(many, "blank.jsonl.gz"))).code).toBe("file_unpacks_too_large");
  });

  it("leaves nothing behind when it is cancelled, and an earlier attempt's rest is cleared", async () => {
    const many = Array.from({ length: 20_000 }, (_, number) => ({
      id: String(number),
      text: `Text ${number}`.repeat(20),
    }));
    const file = fileOf(lines(...many));
    const target = path.join(folder, "cancelled");
    const controller = new AbortController();
    const running = importCorpusFile({
      file,
      folder: target,
      columns,
      signal: controller.signal,
      onProgress: ({ documents }) => {
        if (documents > 0) controller.abort();
      },
    });
    await expect(running).rejects.toThrow();
    expect(existsSync(target)).toBe(false);
    expect(existsSync(`${target}.part`)).toBe(false);
    expect((await importCorpusFile({ file, folder: target, columns })).documents).toBe(20_000);
  });

  it("touches nothing of what is there when it learns at the very end that it is another's by now", async () => {
    const file = fileOf(lines({ id: "1", text: german }));
    const target = path.join(folder, "taken-over");
    let reports = 0;
    const counting = { onProgress: () => void reports++ };
    await importCorpusFile({ file, folder: path.join(folder, "counted"), columns, ...counting });
    mkdirSync(target);
    writeFileSync(path.join(target, "part-00000.parquet"), "another's");
    const controller = new AbortController();
    let left = reports;
    const onProgress = () => {
      if (--left === 0) controller.abort();
    };
    const running = importCorpusFile({ file, folder: target, columns, signal: controller.signal, onProgress });
    await expect(running).rejects.toThrow();
    expect(readFileSync(path.join(target, "part-00000.parquet"), "utf8")).toBe("another's");
  });
});

describe("importing Parquet", () => {
  async function parquet(definition: Parameters<typeof writeParquet>[1], rows: Record<string, never>[] | unknown[]) {
    const file = path.join(folder, `${files++}.parquet`);
    await writeParquet(file, definition, rows as never);
    return file;
  }

  it("maps columns, numbers rows and keeps the others as attributes", async () => {
    const file = await parquet({ key: "bigint", body: "text", domain: "text", quality: "double", label: "text" }, [
      { key: 1, body: german, domain: "a.example", quality: 0.5, label: "medical" },
      { key: 2, body: "", domain: null, quality: Number.NaN, label: null },
      { key: 1, body: "zweiter", domain: null, quality: Number.NaN, label: null },
      { key: 3, body: "dritter", domain: null, quality: Number.POSITIVE_INFINITY, label: null },
    ]);
    const mapping = { text: "body", id: "key", source: "domain", url: null, language: null, gold: "label" };
    const { corpus, rows } = await imported(file, mapping);
    expect(told(corpus)).toEqual([
      [2, "text_empty"],
      [3, "duplicate_id"],
    ]);
    expect(rows.map(({ id, source, attributes }) => [id, source, JSON.parse(attributes)])).toEqual([
      ["1", "a.example", { quality: 0.5, gold: "medical" }],
      ["3", null, {}],
    ]);
  });

  it("names the column that is missing or is no text", async () => {
    const file = await parquet({ id: "text", text: "integer" }, [{ id: "a", text: 1 }]);
    const mapping = { text: "text", id: "id", source: null, url: null, language: null, gold: null };
    expect(await failure(file, mapping)).toMatchObject({ code: "column_not_text", detail: "text: INTEGER" });
    expect(await failure(file, { ...mapping, text: "body" })).toMatchObject({ code: "column_missing", detail: "body" });
    const real = await parquet({ id: "double", text: "text" }, [{ id: 1.5, text: "a" }]);
    expect(await failure(real, mapping)).toMatchObject({ code: "column_not_text", detail: "id: DOUBLE" });
    const whole = await parquet({ id: "text", text: "text" }, [{ id: "a", text: german.repeat(100) }]);
    const bytes = readFileSync(whole);
    for (const cut of [bytes.subarray(0, bytes.length - 1), bytes.subarray(0, 40)]) {
      expect((await failure(fileOf(cut, "cut.parquet"), mapping)).code).toBe("file_damaged");
    }
    // Whole at both ends, torn in between.
    const torn = Buffer.concat([bytes.subarray(0, 20), bytes.subarray(-40)]);
    expect(["file_damaged", "file_not_parquet"]).toContain((await failure(fileOf(torn, "torn.parquet"), mapping)).code);
    const none = await parquet({ id: "text", text: "text" }, []);
    expect((await failure(none, mapping)).code).toBe("file_empty");
  });
});
