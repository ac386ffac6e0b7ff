import { describe, expect, it } from "vitest";
import { findMatches } from "./find-matches";

const found = (text: string, words: string[], options: { wholeStart?: boolean; most?: number } = {}) =>
  findMatches(text, words, { wholeStart: true, most: 100, ...options }).map(({ start, end }) => text.slice(start, end));

describe("words that are highlighted", () => {
  it("are found at the beginning of words only, in any case", () => {
    expect(found("Herzinfarkt, HERZ und herzlich, kein Scherz, 2Herz", ["Herz"])).toEqual(["Herz", "HERZ", "herz"]);
  });

  it("are found anywhere where somebody searches for them", () => {
    expect(found("Scherz und Herz", ["herz"], { wholeStart: false })).toEqual(["herz", "Herz"]);
  });

  it("are found with German letters, however these are written", () => {
    expect(found("Ärzte, ÄRZTE, A\u0308rzte, Aerzte", ["ärzte"])).toEqual(["Ärzte", "ÄRZTE", "A\u0308rzte"]);
    expect(found("Ärzte", ["a\u0308rzte"])).toEqual(["Ärzte"]);
    expect(found("Fuß, FUSS, Fuss, FUẞ, Fu\u00ads\u00adse", ["fuß"])).toHaveLength(5);
    expect(found("Fußnote und Fussnote", ["fuss"])).toEqual(["Fuß", "Fuss"]);
    expect(found("Übelkeit", ["bel"])).toEqual([]);
    expect(found("U\u0308belkeit", ["bel"])).toEqual([]);
  });

  it("are found across soft hyphens, which nobody sees, and as phrases across any white space", () => {
    expect(found("Herz\u00adinfarkt", ["Herzinfarkt"])).toEqual(["Herz\u00adinfarkt"]);
    expect(found("Schwanz\u00adherz", ["Herz"])).toEqual([]);
    expect(found("akute\n  Bronchitis, akute\u00a0Bronchitis", ["akute  Bronchitis"])).toHaveLength(2);
  });

  it("are taken as they are, whatever signs they hold", () => {
    expect(
      found("COVID-19 (akut) a.b axb [x] C++ 5/6 ^$|*?{2}\\", ["covid-19", "(akut)", "a.b", "[x]", "C++"]),
    ).toEqual(["COVID-19", "(akut)", "a.b", "[x]", "C++"]);
    for (const sign of "\\^$.*+?()[]{}|/-=!<>,:#&~`'\"%@;") expect(found(`a ${sign} b`, [sign])).toEqual([sign]);
    expect(found("😀 ok", ["😀"])).toEqual(["😀"]);
  });

  it("never overlap: the longest goes first", () => {
    expect(found("Herzinfarkt Herz", ["Herz", "Herzinfarkt", "infarkt"], { wholeStart: false })).toEqual([
      "Herzinfarkt",
      "Herz",
    ]);
  });

  it("are not looked for where there are none", () => {
    expect(found("Text", [])).toEqual([]);
    expect(found("Text", ["", "  "])).toEqual([]);
    expect(found("", ["Text"])).toEqual([]);
  });

  it("are counted up to a bound, in a text of 100,000 characters with 200 words", () => {
    const text = "Herzinfarkt und Straße, ".repeat(4200);
    const words = Array.from({ length: 200 }, (_, index) => `Wort${index}`);
    expect(findMatches(text, [...words, "Herz"], { wholeStart: true, most: 2000 })).toHaveLength(2001);
    expect(findMatches("a".repeat(100_000), ["a".repeat(100)], { wholeStart: true, most: 2000 })).toHaveLength(1);
  });
});
