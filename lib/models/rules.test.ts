import { describe, expect, it } from "vitest";
import { parseInterpolation } from "./rules";

describe("t as people type it", () => {
  it("is one number for the whole model", () => {
    expect(parseInterpolation("0.5")).toEqual({ default: 0.5, layers: null });
    expect(parseInterpolation(" 0,25 ")).toEqual({ default: 0.25, layers: null });
  });

  it("is one number a layer; what lies outside the layers takes their mean", () => {
    expect(parseInterpolation("0 0,5; 1")).toEqual({ default: 0.5, layers: [0, 0.5, 1] });
  });

  it.each(["", "1.2", "-0.1", "half", "0.5 x", "NaN"])("%j is neither", (text) => {
    expect(parseInterpolation(text)).toBeNull();
  });
});
