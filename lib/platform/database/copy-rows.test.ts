import { beforeEach, describe, expect, it } from "vitest";
import { useTestDatabase } from "../testing/database";
import { pool } from "./client";
import { type CopiedValue, copyLine } from "./copy-rows";
import { inStatements, statements } from "./statements";

useTestDatabase();

beforeEach(async () => {
  await pool().query("create table if not exists copied (number int primary key, word text, flag bool)");
  await pool().query("truncate copied");
});

const copyAll = (rows: CopiedValue[][]) =>
  inStatements((_, copy) => copy("copied", ["number", "word", "flag"], rows.map(copyLine)));
const stored = () => statements().$queryRaw`select "number", "word", "flag" from copied order by "number"`;

describe("copied rows", () => {
  it("arrive as they were, whatever stands in them", async () => {
    const words = [
      "\"quoted\", 'too'",
      "line\nbreak\r\n\\.\n\tend",
      "\\N",
      "",
      " ",
      "NULL",
      "Ähre 🌾",
      "'; drop table copied; --",
    ];
    const rows = [...words, null].map((word, number) => [number, word, number % 2 === 0]);
    expect(await copyAll(rows)).toBe(rows.length);
    expect(await stored()).toEqual(rows.map(([number, word, flag]) => ({ number, word, flag })));
  });

  it("are more than one message holds", async () => {
    const rows = Array.from({ length: 20_000 }, (_, number) => [number, "x".repeat(200), null]);
    expect(await copyAll(rows)).toBe(20_000);
    expect(await stored()).toHaveLength(20_000);
  });

  it("are all there or none: where PostgreSQL refuses one, and where their source fails", async () => {
    const many = Array.from({ length: 5000 }, (_, number) => [number, "x".repeat(100), null]);
    await expect(copyAll([[7, "first", null], ...many])).rejects.toMatchObject({ code: "23505" });
    await expect(
      copyAll([
        [1, "a", null],
        [2, "b", "no truth value"],
      ]),
    ).rejects.toMatchObject({ code: "22P02" });
    function* broken() {
      yield copyLine([1, "a", null]);
      throw new Error("the source broke");
    }
    const failing = inStatements((_, copy) => copy("copied", ["number", "word", "flag"], broken()));
    await expect(failing).rejects.toThrow("the source broke");
    expect(await stored()).toEqual([]);
    // The connection is good for the next one.
    expect(await copyAll([[1, "a", true]])).toBe(1);
  });

  it("of a table that is not there are an error", async () => {
    const nowhere = inStatements((_, copy) => copy('no"where', ["number"], [copyLine([1])]));
    await expect(nowhere).rejects.toMatchObject({ code: "42P01" });
  });
});
