import { describe, expect, it } from "vitest";
import { readQuestions } from "./read-questions";

const question = (id: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ id, subject: "s", question: "?", choices: { A: "a", B: "b" }, answer: "A", ...more });

describe("reading a question file", () => {
  it("keeps the good lines and says of each other line what is wrong with it", () => {
    const text = [
      question("1"),
      "not json",
      question("2", { answer: "@" }),
      question("3", { choices: { A: "only one" } }),
      question("1"),
      "",
      "[1, 2]",
      question("4", { question: 5 }),
    ].join("\n");
    const { questions, rejected } = readQuestions(text);
    expect(questions.map(({ id }) => id)).toEqual(["1"]);
    expect(rejected.map(({ line, reason }) => [line, reason.split(":")[0]])).toEqual([
      [2, "not_json"],
      [3, "answer_not_among_choices"],
      [4, "wrong_shape"],
      [5, "duplicate_id"],
      [7, "wrong_shape"],
      [8, "wrong_shape"],
    ]);
  });

  it("understands other files' names: a list of options, an answer key, a number", () => {
    const { questions } = readQuestions(
      `\uFEFF${question("1", { answer: undefined, answerKey: "B" })}\r\n${question("2", { choices: ["x", "y"], answer: 1 })}\r\n`,
    );
    expect(questions.map(({ answer }) => answer)).toEqual(["B", "B"]);
    expect(questions[1]?.choices).toEqual({ A: "x", B: "y" });
  });

  it("takes a number for the label where the options are numbered, else for a place", () => {
    const numbered = { choices: { 1: "a", 2: "b", 3: "c" } };
    const { questions, rejected } = readQuestions(
      [
        question("1", { ...numbered, answer: 1 }),
        question("2", { ...numbered, answer: "3" }),
        question("3", { answer: 0 }),
      ].join("\n"),
    );
    expect(questions.map(({ answer }) => answer)).toEqual(["1", "3", "A"]);
    expect(rejected).toEqual([]);
    expect(readQuestions(question("4", { answer: "constructor" })).questions).toEqual([]);
  });
});
