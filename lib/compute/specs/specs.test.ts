import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brokenRuleOf, fieldsOfIssues } from "@/lib/platform/problem-fields";
import { jsonSchemaFiles } from "./generate-json-schemas";
import { presets, runKinds, runSpecSchema, specSchemas } from "./index";

const runner = join(import.meta.dirname, "..", "..", "..", "runner");
const fixtures = join(runner, "tests", "fixtures", "specs");

function readJson(...path: string[]) {
  return JSON.parse(readFileSync(join(...path), "utf8"));
}

function namesIn(folder: string) {
  return readdirSync(join(fixtures, folder)).map((file) => file.replace(".json", ""));
}

interface InvalidCase {
  case: string;
  set: Record<string, unknown>;
  remove: string[];
  code: string;
}

function changed(spec: Record<string, unknown>, { set, remove }: InvalidCase) {
  const parentOf = (path: string) =>
    path
      .split(".")
      .slice(0, -1)
      .reduce((place, name) => place[name] as Record<string, unknown>, spec);
  const nameIn = (path: string) => path.split(".").at(-1) ?? "";
  for (const [path, value] of Object.entries(set)) parentOf(path)[nameIn(path)] = value;
  for (const path of remove) delete parentOf(path)[nameIn(path)];
  return spec;
}

describe("the fixtures that the runner validates too", () => {
  it.each(namesIn("valid"))("accepts %s", (name) => {
    const spec = readJson(fixtures, "valid", `${name}.json`);
    expect(runSpecSchema.parse(spec)).toEqual(spec);
  });

  const invalid = namesIn("invalid").flatMap((kind) =>
    (readJson(fixtures, "invalid", `${kind}.json`) as InvalidCase[]).map(
      (invalidCase) => [`${kind}: ${invalidCase.case}`, kind, invalidCase] as const,
    ),
  );
  it.each(invalid)("refuses %s", (_, kind, invalidCase) => {
    const spec = changed(readJson(fixtures, "valid", `${kind}.json`), invalidCase);
    const result = runSpecSchema.safeParse(spec);
    expect(result.success).toBe(false);
    expect(brokenRuleOf(result.error?.issues ?? []) ?? "spec_invalid").toBe(invalidCase.code);
  });
});

describe("the JSON Schemas of the runner", () => {
  it("are those of the Zod schemas (else run `npx tsx lib/compute/specs/generate-json-schemas.ts`)", () => {
    for (const { name, content } of jsonSchemaFiles()) {
      const committed = readJson(runner, "src", "definemed_runner", "schemas", name);
      expect(committed, name).toEqual(JSON.parse(content));
    }
  });

  it("are there for every kind, and for nothing else", () => {
    const committed = readdirSync(join(runner, "src", "definemed_runner", "schemas"));
    expect(committed.filter((name) => name.endsWith(".json")).sort()).toEqual(
      runKinds.map((kind) => `${kind}.json`).sort(),
    );
  });
});

describe("presets", () => {
  it.each(runKinds)("of %s are valid and name published parameters that exist", (kind) => {
    const parameters = specSchemas[kind].shape.parameters;
    const { paper, example, published } = presets[kind];
    expect(parameters.parse(paper)).toEqual(paper);
    expect(parameters.parse(example)).toEqual(example);
    expect(Object.keys(paper)).toEqual(expect.arrayContaining([...published]));
  });

  it("train as the paper does: two epochs, linear decay, 500 warm-up steps", () => {
    expect(presets.pretrain.paper).toMatchObject({ epochs: 2, schedule: "linear", warmupSteps: 500 });
  });
});

describe("the rule of the warm-up", () => {
  it("names the field and what to do", () => {
    const spec = readJson(fixtures, "valid", "pretrain-by-steps.json");
    spec.parameters.warmupSteps = 60;
    const result = runSpecSchema.safeParse(spec);
    expect(fieldsOfIssues(result.error?.issues ?? [], spec)).toEqual([
      {
        code: "warmup_too_long",
        path: "parameters.warmupSteps",
        message: "The warm-up must be shorter than the training (warmupSteps < maxSteps).",
      },
    ]);
  });
});
