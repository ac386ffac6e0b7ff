import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import de from "./de";
import en from "./en";

type Tree = { [key: string]: string | Tree };

const leaves = (tree: Tree, prefix = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value] as [string, string]] : leaves(value, `${prefix}${key}.`),
  );
/** What stands in braces, but for the branches of a plural. */
const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/(?<!(?:one|other|=\d+)\s*)\{(\w+)\s*[,}]/g)].map((match) => match[1]))].sort();

describe("the sentences", () => {
  const german = new Map(leaves(de));
  const english = new Map(leaves(en));

  it("exist in both languages", () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of [...german, ...english]) expect(text.trim(), key).not.toBe("");
  });

  it("take the same values in both languages", () => {
    for (const [key, text] of german) expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ""));
  });

  it("exist for every code of a problem in the source", () => {
    const source = execFileSync(
      "git",
      [
        "grep",
        "-hoE",
        '(unprocessable|conflict|new Problem)\\((4[0-9]{2}, |5[0-9]{2}, )?"[a-z0-9_]+"',
        "--",
        "lib",
        "app",
        "worker",
      ],
      { encoding: "utf8" },
    );
    const codes = new Set([...source.matchAll(/"([a-z0-9_]+)"/g)].map((match) => match[1]));
    expect(codes.size).toBeGreaterThan(10);
    expect([...codes].filter((code) => !(String(code) in en.errors))).toEqual([]);
  });
});
