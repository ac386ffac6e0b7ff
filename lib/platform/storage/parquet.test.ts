import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { countParquetRows, readParquetRows, scanParquet, writeParquet } from "./parquet";

const folder = mkdtempSync(path.join(tmpdir(), "parquet-"));
const numbered = z.object({ id: z.string(), number: z.number() });

function addressOfFile(file: string): string {
  return `file://${encodeURI(file)}`;
}

describe("Parquet files", () => {
  it("come back as they were written, each type and nothing for null", async () => {
    const file = path.join(folder, "types.parquet");
    const columns = { word: "text", whole: "integer", real: "double", flag: "boolean", large: "bigint" } as const;
    const rows = [
      { word: "Ähre \u{1F33E} 'quoted' \"twice\"", whole: -3, real: 0.25, flag: true, large: 2n ** 60n },
      { word: "", whole: null, real: undefined, flag: false, large: 7 },
    ];
    const written = await writeParquet(file, columns, rows);
    expect(written.rows).toBe(2);
    expect(written.bytes).toBeGreaterThan(0);
    const read = await readParquetRows(addressOfFile(file), z.record(z.string(), z.unknown()), { limit: 10 });
    expect(read).toEqual([{ ...rows[0] }, { word: "", whole: null, real: null, flag: false, large: 7 }]);
  });

  it("keep the order of their rows over many pieces, and leave nothing beside themselves", async () => {
    const own = mkdtempSync(path.join(folder, "order-"));
    const file = path.join(own, "many.parquet");
    const text = "x".repeat(2_000);
    async function* rows() {
      for (let number = 0; number < 15_000; number++) yield { id: `${number}-${text}`, number };
    }
    await writeParquet(file, { id: "text", number: "integer" }, rows());
    expect(readdirSync(own)).toEqual(["many.parquet"]);
    let next = 0;
    for await (const chunk of scanParquet(addressOfFile(own), numbered, { columns: ["id", "number"] })) {
      for (const row of chunk) expect(row.number).toBe(next++);
    }
    expect(next).toBe(15_000);
    expect(await countParquetRows(addressOfFile(own))).toBe(15_000);
    const page = await readParquetRows(addressOfFile(file), z.object({ number: z.number() }), {
      columns: ["number"],
      orderBy: [{ column: "number", descending: true }],
      limit: 2,
      offset: 1,
    });
    expect(page.map((row) => row.number)).toEqual([14_998, 14_997]);
  });

  it("may have any name: quotes and wildcards are only characters of it", async () => {
    const odd = path.join(folder, "it's [a] *?; drop table x --.parquet");
    await writeParquet(odd, { id: "text", number: "integer" }, [{ id: "a", number: 1 }]);
    writeFileSync(path.join(folder, "it's a other; drop table x --.parquet"), "not parquet");
    expect(await readParquetRows(addressOfFile(odd).replaceAll("?", "%3F"), numbered, { limit: 5 })).toEqual([
      { id: "a", number: 1 },
    ]);
    const column = 'a"b; select 1 --';
    const file = path.join(folder, "column.parquet");
    await writeParquet(file, { [column]: "text" }, [{ [column]: "value" }]);
    const read = await readParquetRows(addressOfFile(file), z.record(z.string(), z.string()), {
      columns: [column],
      limit: 1,
    });
    expect(read).toEqual([{ [column]: "value" }]);
  });

  it("are not half there when a row does not fit or the source fails", async () => {
    const own = mkdtempSync(path.join(folder, "half-"));
    const file = path.join(own, "half.parquet");
    await expect(writeParquet(file, { number: "integer" }, [{ number: "seven" as unknown as number }])).rejects.toThrow(
      TypeError,
    );
    function* broken() {
      yield { number: 1 };
      throw new Error("the source broke");
    }
    await expect(writeParquet(file, { number: "integer" }, broken())).rejects.toThrow("the source broke");
    expect(readdirSync(own)).toEqual([]);
  });

  it("with no rows still have their columns", async () => {
    const file = path.join(folder, "none.parquet");
    expect((await writeParquet(file, { id: "text", number: "integer" }, [])).rows).toBe(0);
    expect(await readParquetRows(addressOfFile(file), numbered, { columns: ["id", "number"], limit: 5 })).toEqual([]);
  });

  it("that are none, or hold other rows than expected, are errors", async () => {
    const none = path.join(folder, "none-at-all.parquet");
    writeFileSync(none, "<html>");
    await expect(readParquetRows(addressOfFile(none), numbered, { limit: 1 })).rejects.toThrow();
    await expect(
      readParquetRows(addressOfFile(path.join(folder, "missing.parquet")), numbered, { limit: 1 }),
    ).rejects.toThrow("ENOENT");
    const file = path.join(folder, "wrong.parquet");
    await writeParquet(file, { id: "text", number: "text" }, [{ id: "a", number: "b" }]);
    await expect(readParquetRows(addressOfFile(file), numbered, { limit: 1 })).rejects.toThrow(z.ZodError);
  });

  it("stop being read when the reader leaves or the signal says so", async () => {
    const file = path.join(folder, "long.parquet");
    const rows = Array.from({ length: 10_000 }, (_, number) => ({ id: String(number), number }));
    await writeParquet(file, { id: "text", number: "integer" }, rows);
    for await (const chunk of scanParquet(addressOfFile(file), numbered)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const signal = AbortSignal.abort();
    await expect(readParquetRows(addressOfFile(file), numbered, { limit: 1, signal })).rejects.toThrow();
  });
});
