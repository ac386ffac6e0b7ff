import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitJsonArray } from "./split-json-array";
import { splitTable } from "./split-table";

/** The text in pieces, as a stream would hand it over. */
function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
const collect = async <T>(items: AsyncIterable<T>) => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};

describe("the elements of a JSON array", () => {
  it("come out as they went in, wherever the stream is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, 2),
        async (values, size, indent) => {
          const found = await collect(splitJsonArray(pieces(` ${JSON.stringify(values, null, indent)} \n`, size), 1e6));
          expect(found.map(({ text }) => JSON.parse(String(text)))).toEqual(
            values.map((one) => JSON.parse(JSON.stringify(one))),
          );
          expect(found.map(({ number }) => number)).toEqual(values.map((_, at) => at + 1));
        },
      ),
    );
  });

  it("end with one that is marked where the file breaks off", async () => {
    const found = await collect(splitJsonArray(pieces('[{"a": 1}, {"b": "]}', 3), 1e6));
    expect(found).toMatchObject([
      { text: '{"a": 1}', truncated: false },
      { text: null, truncated: true },
    ]);
    const between = await collect(splitJsonArray(['[{"a": 1},'], 1e6));
    expect(between.at(-1)).toMatchObject({ number: 2, truncated: true });
  });

  it("are not held above the limit, and those after them are read", async () => {
    const text = `[{"a": "${"x".repeat(5000)}"}, {"b": 2}]`;
    const found = await collect(splitJsonArray(pieces(text, 7), 1000));
    expect(found.map((one) => one.text)).toEqual([null, ' {"b": 2}'.trimStart()].map((one) => one && ` ${one}`));
    expect(found[0]?.beginning.startsWith('{"a": "xxx')).toBe(true);
  });
});

describe("the rows of a table", () => {
  const rowsOf = async (text: string, size = 1e6) =>
    (await collect(splitTable(pieces(text, size), 1e6))).map(({ cells }) => cells);

  it("keep separators, quotes and line breaks within quotes, wherever the stream is cut", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", "ä", "") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, size) => {
          const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const text = `text,label\r\n${rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("")}`;
          expect((await rowsOf(text, size)).slice(1)).toEqual(rows);
        },
      ),
    );
  });

  it("are split at tabs, commas or semicolons, whichever the header has most of", async () => {
    expect(await rowsOf("text\tlabel\na,b\tja\n")).toEqual([
      ["text", "label"],
      ["a,b", "ja"],
    ]);
    expect(await rowsOf("text;label\na, b;ja")).toEqual([
      ["text", "label"],
      ["a, b", "ja"],
    ]);
  });

  it("tell where the file ends within quotes", async () => {
    const found = await collect(splitTable(['text,label\n"abc'], 1e6));
    expect(found.at(-1)).toMatchObject({ truncated: true });
  });
});
