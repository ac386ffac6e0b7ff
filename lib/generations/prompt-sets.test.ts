import { existsSync, readdirSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { translateProblem } from "@/lib/platform/i18n/translate-problem";
import type { Problem } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { createPromptSet, listPromptSets } from "./prompt-sets";

useTestDatabase();

const line = (id: string, prompt: unknown, more: object = {}) => JSON.stringify({ id, prompt, ...more });

describe("a prompt file", () => {
  let actor: StudyActor;
  beforeEach(async () => {
    actor = await makeMember(await makeStudy(), "researcher");
  });
  const create = (text: string) => createPromptSet(actor, { name: "Prompts", text });
  const stored = () => (existsSync(pathOf("store:prompt-sets")) ? readdirSync(pathOf("store:prompt-sets")) : []);

  it("keeps its good lines, HTML and all, and tells of the others", async () => {
    const html = "<img src=x onerror=alert(1)>";
    const { id, rejected } = await create(
      `\uFEFF${line("a", html)}\n${line("a", "again")}\n${line("b", "a\0b")}\n${line("c", "")}\nnot json\n`,
    );
    expect(rejected.map(({ line: number, reason }) => [number, reason])).toEqual([
      [2, "duplicate_id"],
      [3, "nul_character"],
      [4, "wrong_shape:prompt"],
      [5, "not_json"],
    ]);
    const kept = await database().prompt.findMany({ where: { promptSetId: id } });
    expect(kept.map(({ text }) => text)).toEqual([html]);
  });

  it.each([
    ["empty", "", "prompts_empty", {}],
    ["no JSON", "<html>\n", "prompts_none", { line: 1, reason: "not_json" }],
    ["of other columns", '{"id": "1", "text": "x"}', "prompts_none", { reason: "wrong_shape", field: "prompt" }],
    ["no UTF-8", line("1", "Gr\uFFFD\uFFFDe"), "prompts_none", { reason: "invalid_utf8" }],
    ["one prompt above the limit", line("1", "x".repeat(20_001)), "prompts_none", { field: "prompt" }],
  ])("that is %s is refused with where and why, and leaves nothing", async (_, text, code, values) => {
    const before = stored();
    await expect(create(text)).rejects.toMatchObject({ status: 422, code, values });
    expect(stored()).toEqual(before);
    expect(await listPromptSets(actor)).toEqual([]);
  });

  it("that can't be used says so in whole sentences", async () => {
    const problem = (await create('{"id": "1", "text": "x"}').catch((thrown: unknown) => thrown)) as Problem;
    expect(await translateProblem(problem, "de")).toBe(
      "In dieser Datei ist kein brauchbarer Prompt. Zuerst aufgefallen: Zeile 1, das Feld „prompt“ fehlt oder passt nicht. Jede Zeile braucht id und prompt.",
    );
    expect(await translateProblem(problem, "en")).toContain("the field “prompt” is missing or does not fit");
  });
});
