import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createTranslator } from "next-intl";
import { describe, expect, it } from "vitest";
import { importFailureCodes } from "@/lib/corpus/schema";
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

  it.each([
    ["de", german, de],
    ["en", english, en],
  ] as const)("can be put together with their values (%s)", (locale, sentences, messages) => {
    const faults: string[] = [];
    const onError = (error: Error) => faults.push(error.message);
    const translate = createTranslator({ locale, messages, onError }) as unknown as {
      rich: (key: string, values: Record<string, unknown>) => unknown;
    };
    for (const [key, text] of sentences) {
      const values = Object.fromEntries([...text.matchAll(/\{(\w+)/g)].map((match) => [match[1], 2]));
      const tags = Object.fromEntries([...text.matchAll(/<(\w+)>/g)].map((match) => [match[1], String]));
      const whole = translate.rich(key, { ...values, ...tags });
      if (whole === key) faults.push(key);
    }
    expect(faults).toEqual([]);
  });

  it("exist for every code of a problem in the source", () => {
    const codes = codesIn('(unprocessable|conflict|new Problem)\\((4[0-9]{2}, |5[0-9]{2}, )?"[a-z0-9_]+"');
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !(code in en.errors))).toEqual([]);
  });

  it("exist for every rule between the fields of an input, and for every refused decision and vote", () => {
    const rules = codesIn('(^ *code: |params: \\{ code: )"[a-z_]+"');
    expect(rules).toEqual(expect.arrayContaining(["warmup_too_long", "prompt_placeholder"]));
    const refusals = codesIn('refused\\([a-z]+, "[a-z_]+"');
    expect(refusals).toEqual(expect.arrayContaining(["pair_not_claimed", "item_not_claimed"]));
    expect([...rules, ...refusals].filter((code) => !(code in en.errors))).toEqual([]);
  });

  it("exist for every reason why a file can't become a corpus, at once and later", () => {
    const previewed = importFailureCodes.filter((code) => code !== "unexpected");
    expect(previewed.filter((code) => !(code in en.errors))).toEqual([]);
    expect(Object.keys(en.corpora.failureCodes).sort()).toEqual([...importFailureCodes].sort());
  });

  it("exist for every mistake that ends a run", () => {
    const runner = "runner/src/definemed_runner";
    const files = readdirSync(runner, { recursive: true, encoding: "utf8" }).filter(
      // These two are commands of their own: what they say is for whoever calls them.
      (file) => file.endsWith(".py") && !/^(example_models|local_endpoint)\b/.test(file),
    );
    const source = files.map((file) => readFileSync(path.join(runner, file), "utf8")).join("\n");
    const codes = new Set([...source.matchAll(/UserMistake\(\s*"([a-z_]+)"/g)].map((match) => String(match[1])));
    expect(codes.size).toBeGreaterThan(30);
    expect([...codes].filter((code) => !(code in en.runs.failures))).toEqual([]);
  });
});

/** The codes that stand in the source in such a place; an extended regular expression of `git grep`. */
function codesIn(pattern: string): string[] {
  const source = execFileSync("git", ["grep", "-hoE", pattern, "--", "lib", "app", "worker"], { encoding: "utf8" });
  return [...new Set([...source.matchAll(/"([a-z0-9_]+)"/g)].map((match) => String(match[1])))];
}
