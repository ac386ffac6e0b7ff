import { existsSync, readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { createQuestionSet, listQuestionSets } from "./question-sets";

useTestDatabase();

const question = (id: string, more: object = {}) =>
  JSON.stringify({ id, subject: "s", question: "?", choices: { A: "a", B: "b" }, answer: "A", ...more });

describe("a question file", () => {
  let actor: StudyActor;
  beforeEach(async () => {
    actor = await makeMember(await makeStudy(), "researcher");
  });
  const create = (text: string) => createQuestionSet(actor, { name: "Fragen", text });
  const stored = () => (existsSync(pathOf("store:question-sets")) ? readdirSync(pathOf("store:question-sets")) : []);

  it("keeps its good lines, HTML and all, and tells of the others", async () => {
    const html = "<script>alert(1)</script>";
    const { id, questions, rejected } = await create(
      `\uFEFF${question("1", { question: html })}\r\n{"body": "x"}\r\n${question("1")}\r\n${question("2")}\r\n`,
    );
    expect({ questions, rejected }).toEqual({
      questions: 2,
      rejected: [
        { line: 2, reason: "wrong_shape:id" },
        { line: 3, reason: "duplicate_id" },
      ],
    });
    const set = await database().questionSet.findUniqueOrThrow({ where: { id } });
    expect(readFileSync(pathOf(set.address), "utf8")).toContain(html);
  });

  it.each([
    ["empty", "\n \n", "questions_empty", {}],
    ["no JSON", "id;question;answer\n1;?;A\n", "questions_none", { line: 1, reason: "not_json" }],
    ["of other columns", '\n{"frage": "?"}\n', "questions_none", { line: 2, reason: "wrong_shape", field: "id" }],
    ["no UTF-8", question("1", { question: "caf\uFFFD" }), "questions_none", { line: 1, reason: "invalid_utf8" }],
    ["with halves of characters", question("1", { question: "\ud800" }), "questions_none", { reason: "invalid_utf8" }],
    ["with NUL characters", question("1", { subject: "a\0" }), "questions_none", { line: 1, reason: "nul_character" }],
    ["JSON on all lines together", JSON.stringify([question("1")], null, 1), "questions_none", { reason: "not_json" }],
  ])("that is %s is refused with where and why, and leaves nothing", async (_, text, code, values) => {
    const before = stored();
    await expect(create(text)).rejects.toMatchObject({ status: 422, code, values });
    expect(stored()).toEqual(before);
    expect(await listQuestionSets(actor)).toEqual([]);
  });
});
