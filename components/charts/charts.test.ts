import { describe, expect, it } from "vitest";
import { coversText, csvOf } from "./export-chart";
import { spread } from "./spread";
import { rangeOf, ticksWithin } from "./ticks";

describe("labels at the ends of lines", () => {
  it("stay where they are when they have room", () => {
    expect(spread([10, 100, 50], 14, 0, 200)).toEqual([10, 100, 50]);
  });

  it("move apart, keep their order, and stay inside the plot", () => {
    const places = spread([100, 101, 99, 198], 14, 0, 200);
    expect(places[2]).toBeLessThan(places[0] as number);
    expect(places[0]).toBeLessThan(places[1] as number);
    const sorted = [...places].sort((a, b) => a - b);
    for (let index = 1; index < sorted.length; index++) {
      expect((sorted[index] as number) - (sorted[index - 1] as number)).toBeGreaterThanOrEqual(14);
    }
    expect(Math.max(...places)).toBeLessThanOrEqual(200);
  });
});

describe("the ticks of an axis", () => {
  it("are round and lie within its range", () => {
    expect(ticksWithin(0, 60)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(ticksWithin(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksWithin(5001, 9990)).toEqual([6000, 7000, 8000, 9000]);
    expect(ticksWithin(-0.25, 0.3)).toEqual([-0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(ticksWithin(3, 3)).toEqual([3]);
  });

  it("begin at zero where the values begin near it", () => {
    expect(rangeOf([1, 60])).toEqual([0, 60]);
    expect(rangeOf([5001, 9990])).toEqual([5001, 9990]);
    expect(rangeOf([7])).toEqual([6.5, 7.5]);
    expect(rangeOf([])).toEqual([0, 1]);
  });
});

describe("the fonts of a chart's picture", () => {
  it("are only those that have letters of its text", () => {
    expect(coversText("U+0000-00FF,U+0131", "Länge 0–999")).toBe(true);
    expect(coversText("U+0400-045F, U+2116", "Länge")).toBe(false);
    expect(coversText("U+04??", "Ж")).toBe(true);
    expect(coversText("U+1F600", "😀")).toBe(true);
    expect(coversText("", "Länge")).toBe(true);
  });
});

describe("a chart's CSV", () => {
  const columns = [
    { key: "name", label: "Checkpoint, name" },
    { key: "value", label: "Value" },
  ];

  it("quotes what has commas and quotes, leaves out what is missing, and keeps decimal points", () => {
    expect(
      csvOf(columns, [
        { name: 'say "a"', value: 0.5 },
        { name: "b", value: null },
      ]),
    ).toBe('"Checkpoint, name",Value\r\n"say ""a""",0.5\r\nb,\r\n');
  });

  it("hands no formula to a spreadsheet", () => {
    expect(csvOf(columns, [{ name: "=1+1", value: -1 }])).toContain("'=1+1,-1");
  });
});
