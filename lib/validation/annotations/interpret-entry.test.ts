import { describe, expect, it } from "vitest";
import { interpretEntry } from "./interpret-entry";

const choice = (label: string, from = "label") => ({
  from_name: from,
  to_name: "text",
  type: "choices",
  value: { choices: [label] },
});
const labelsOf = (record: Record<string, unknown>) =>
  interpretEntry(record).annotations.map(({ annotator, labels }) => [annotator, ...labels.map(({ label }) => label)]);

describe("a task of Label Studio", () => {
  const data = { text: "Herzinfarkt" };

  it("has annotations, formerly completions, by people with numbers, objects or addresses", () => {
    const annotations = [
      { completed_by: 3, result: [choice("ja")], lead_time: 12.5, created_at: "2021-03-04T05:06:07Z" },
      { completed_by: { id: 4, email: "a@b.example" }, result: [choice("nein")] },
      { completed_by: { email: "c@d.example" }, result: [choice("ja")] },
    ];
    const expected = [
      ["3", "ja"],
      ["4", "nein"],
      ["c@d.example", "ja"],
    ];
    expect(labelsOf({ id: 1, data, annotations })).toEqual(expected);
    expect(labelsOf({ id: 1, data, completions: annotations })).toEqual(expected);
    expect(interpretEntry({ id: 1, data, annotations }).annotations[0]).toMatchObject({
      activeMs: 12_500,
      decidedAt: new Date("2021-03-04T05:06:07Z"),
    });
  });

  it("keeps people apart whose decisions were exported here and imported there by one user", () => {
    const by = (person: string, label: string) => {
      return { completed_by: 1, result: [{ ...choice(label), meta: { person } }] };
    };
    expect(labelsOf({ id: 1, data, annotations: [by("P1", "ja"), by("P2", "nein")] })).toEqual([
      ["P1", "ja"],
      ["P2", "nein"],
    ]);
    const odd = { completed_by: 7, result: [{ ...choice("ja"), meta: { person: { id: 3 }, text: ["n"] } }] };
    expect(labelsOf({ id: 1, data, annotations: [odd] })).toEqual([["7", "ja"]]);
  });

  it("reads an object in place of a label or note as it is written, whatever it calls itself", () => {
    const odd = { toString: "x" };
    const choices = { from_name: "label", type: "choices", value: { choices: ["ja", odd] } };
    const note = { from_name: "note", type: "textarea", value: { text: odd } };
    const [annotation] = interpretEntry({ data, annotations: [{ result: [choices, note] }] }).annotations;
    expect(annotation?.labels.map(({ label }) => label)).toEqual(["ja", '{"toString":"x"}']);
    expect(annotation?.note).toBe('{"toString":"x"}');
    expect(interpretEntry({ text: "T", label: "ja", note: odd }).annotations[0]?.note).toBe('{"toString":"x"}');
  });

  it("tells of skipped, empty, span and rating annotations instead of guessing a label", () => {
    const span = { from_name: "ner", type: "labels", value: { start: 0, end: 4, labels: ["Organ"] } };
    const rating = { from_name: "stars", type: "rating", value: { rating: 4 } };
    const { annotations, problems } = interpretEntry({
      data,
      annotations: [
        { was_cancelled: true, result: [choice("ja")] },
        { skipped: true, result: [] },
        { result: [] },
        { result: [span] },
        { result: [rating] },
        null,
        { result: [choice("ja"), span] },
      ],
      drafts: [{ result: [choice("nein")] }],
      predictions: [{ result: [choice("nein")] }],
    });
    expect(problems).toEqual([
      ...["cancelled", "cancelled", "empty_annotation", "spans", "control_unsupported", "empty_annotation"],
    ]);
    expect(annotations.map(({ labels }) => labels)).toEqual([[{ control: "label", label: "ja" }]]);
  });

  it("finds its text where nothing else is text, and says nothing where it is in doubt", () => {
    const textOf = (values: Record<string, unknown>) => interpretEntry({ data: values }).document.text;
    expect(textOf({ Artikeltext: "Ein Herz", rank: 3 })).toBe("Ein Herz");
    expect(textOf({ title: "Ein Herz", lead: "Zwei Herzen" })).toBeUndefined();
    expect(textOf({ image: "/data/upload/1.png" })).toBeUndefined();
  });
});

describe("a flat record", () => {
  it.each([
    ["doccano, a list", { text: "t", label: ["ja"] }, [["", "ja"]]],
    ["doccano, labels", { id: 1, text: "t", labels: ["ja", "nein"] }, [["", "ja", "nein"]]],
    ["doccano, a text", { data: "t", label: "ja" }, [["", "ja"]]],
    [
      "doccano, numbers with users",
      {
        text: "t",
        annotations: [
          { label: 2, user: 1 },
          { label: 3, user: 5 },
        ],
      },
      [
        ["1", "2"],
        ["5", "3"],
      ],
    ],
    ["JSON_MIN", { id: 9, text: "t", annotator: 2, annotation_id: 4, sentiment: "ja", lead_time: 3 }, [["2", "ja"]]],
    ["JSON_MIN with several choices", { text: "t", annotator: 2, topic: { choices: ["a", "b"] } }, [["2", "a", "b"]]],
  ])("is understood: %s", (_, record, expected) => {
    expect(labelsOf(record)).toEqual(expected);
  });

  it.each([
    { text: "t", labels: [[0, 4, "ORG"]] },
    { text: "t", label: [[0, 4, "ORG"]] },
    { text: "t", entities: [{ id: 1, start_offset: 0, end_offset: 2, label: "ORG" }] },
    { text: "t", annotations: [{ label: 1, start_offset: 0, end_offset: 2 }] },
    { text: "t", ner: [{ start: 0, end: 2, labels: ["ORG"] }] },
  ])("with passages is told, not taken", (record) => {
    expect(interpretEntry(record)).toMatchObject({ annotations: [], problems: ["spans"] });
  });

  it("without a label is told", () => {
    for (const label of [[], "", null]) {
      expect(interpretEntry({ text: "t", label })).toMatchObject({ annotations: [], problems: ["empty_annotation"] });
    }
  });

  it("does not fall for odd values", () => {
    const odd = { text: 3, label: [null, {}, [[]]], lead_time: "NaN", created_at: "31.02.", annotator: [] };
    expect(interpretEntry(odd)).toMatchObject({ annotations: [], problems: ["empty_annotation"] });
    const future = interpretEntry({ text: "t", label: "ja", lead_time: -4, created_at: "2999-01-01" });
    expect(future.annotations).toMatchObject([{ activeMs: 0, decidedAt: null }]);
  });
});
