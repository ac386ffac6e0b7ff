import { describe, expect, it } from "vitest";
import { defaultPrompts } from "./default-prompts";
import { medicalProbability, Pace, parseAnswer, renderPrompt } from "./rules";
import { promptInputSchema } from "./schema";

describe("reading an answer", () => {
  it.each([
    ['{"label": "medical"}', "medical"],
    ['{"label":"non-medical"}', "non_medical"],
    ['Here it is:\n```json\n{"label": "non_medical"}\n```', "non_medical"],
    ["medical", "medical"],
    ["**Non-Medical.**", "non_medical"],
    ["nicht medizinisch", "non_medical"],
  ])("%s is a label", (answer, outcome) => expect(parseAnswer(answer)).toBe(outcome));

  it.each([
    "",
    "The text is about medical topics, so I would say medical.",
    '{"label": "maybe"}',
    '{"label": "medical"} or {"label": "non-medical"}',
    '{"label": ["medical"]}',
    "<html><body>502</body></html>",
    '{"label": "medical"',
    "constructor",
    '{"label": "constructor"}',
    '{"label": "toString"} {"label": "__proto__"}',
  ])("%j is unusable, never guessed", (answer) => expect(parseAnswer(answer)).toBe("unusable"));
});

describe("the prompt", () => {
  it("takes web text as it is, also where it looks like a replacement pattern or a placeholder", () => {
    const document = "Kosten: $& $1 $` {{document}}";
    expect(renderPrompt("A {{document}} B", document, 1000)).toBe(`A ${document} B`);
  });

  it("cuts a document that is too long", () =>
    expect(renderPrompt("{{document}}", "x".repeat(50), 10)).toBe("x".repeat(10)));

  it("cuts it between characters, never within one", () =>
    expect(renderPrompt("{{document}}", `${"x".repeat(9)}😀 und mehr`, 10)).toBe("x".repeat(9)));

  it("needs its placeholder exactly once, as our own have it", () => {
    for (const language of ["de", "en"] as const) {
      expect(promptInputSchema.safeParse({ language, text: defaultPrompts[language] }).success).toBe(true);
    }
    expect(promptInputSchema.safeParse({ language: "de", text: "no placeholder in this text" }).success).toBe(false);
    expect(promptInputSchema.safeParse({ language: "de", text: "{{document}} twice {{document}} here" }).success).toBe(
      false,
    );
  });
});

describe("the probability of medical", () => {
  it("is that of the two options where an endpoint names whole options", () => {
    const options = [
      { token: '{"label": "medical"}', logprob: Math.log(0.2) },
      { token: '{"label": "non-medical"}', logprob: Math.log(0.6) },
    ];
    expect(medicalProbability([{ token: "x", top_logprobs: options }])).toBeCloseTo(0.25, 12);
  });

  it("is read at the token at which the labels part", () => {
    const at = (alternatives: [string, number][]) => ({
      top_logprobs: alternatives.map(([token, probability]) => ({ token, logprob: Math.log(probability) })),
    });
    expect(
      medicalProbability([
        at([['{"', 0.9]]),
        at([
          ["med", 0.9],
          ["non", 0.1],
          ["the", 0.01],
        ]),
      ]),
    ).toBeCloseTo(0.9, 12);
  });

  it("is unknown where the endpoint gives none", () => {
    expect(medicalProbability(null)).toBeNull();
    expect(medicalProbability([{ top_logprobs: [{ token: "med", logprob: -0.1 }] }])).toBeNull();
  });
});

describe("the pace", () => {
  it("halves when it is too much, waits longer each time, and follows the endpoint's own wish", () => {
    const pace = new Pace(16);
    for (let i = 0; i < 200; i++) pace.succeeded();
    expect(pace.limit).toBe(16);
    expect(pace.failed(null)).toBe(500);
    expect(pace.limit).toBe(8);
    expect(pace.failed(null)).toBe(1000);
    expect(pace.failed(7)).toBe(7000);
    expect(pace.limit).toBe(2);
    pace.succeeded();
    expect(pace.failuresInRow).toBe(0);
    expect(pace.failed(null)).toBe(500);
  });
});
