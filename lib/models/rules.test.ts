import { describe, expect, it } from "vitest";
import { looksLikeMergekit, parseInterpolation, parseMergekit } from "./rules";

describe("t as people type it", () => {
  it("is one number for the whole model", () => {
    expect(parseInterpolation("0.5")).toEqual({ default: 0.5, layers: null, rules: [] });
    expect(parseInterpolation(" 0,25 ")).toEqual({ default: 0.25, layers: null, rules: [] });
  });

  it("is one number a layer; what lies outside the layers takes their mean", () => {
    expect(parseInterpolation("0 0,5; 1")).toEqual({ default: 0.5, layers: [0, 0.5, 1], rules: [] });
  });

  it.each(["", "1.2", "-0.1", "half", "0.5 x", "NaN"])("%j is neither", (text) => {
    expect(parseInterpolation(text)).toBeNull();
  });
});

describe("a plan in mergekit's YAML", () => {
  const slerp = (t: string) => `
merge_method: slerp
base_model: first
slices:
  - sources:
      - model: first
        layer_range: [0, 32]
      - model: second
        layer_range: [0, 32]
parameters:
  t:${t}
dtype: bfloat16
`;
  const rulesOf = (t: string) => parseMergekit(slerp(t))?.t;

  it("takes t by filter along a gradient, and what is left by its last line", () => {
    const t = `
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: 0.25
    - value: 0.5
    - filter: never
      value: 1`;
    expect(parseMergekit(slerp(t))).toEqual({
      method: "slerp",
      t: {
        default: 0.5,
        layers: null,
        rules: [
          { filter: "self_attn", gradient: [0, 0.5, 0.3, 0.7, 1] },
          { filter: "mlp", gradient: [0.25] },
          { filter: "", gradient: [0.5] },
        ],
      },
      layerCount: 32,
    });
  });

  it("takes one number or one gradient for everything", () => {
    expect(rulesOf(" 0.3")).toEqual({ default: 0.3, layers: null, rules: [{ filter: "", gradient: [0.3] }] });
    expect(rulesOf(" [0.1, 0.9]")?.rules).toEqual([{ filter: "", gradient: [0.1, 0.9] }]);
    expect(rulesOf("\n    - filter: '*'\n      value: 0.4")?.rules).toEqual([{ filter: "", gradient: [0.4] }]);
  });

  it("takes the weights of a linear merge as shares", () => {
    const linear = (first: string, second: string) =>
      `merge_method: linear\nmodels:\n  - model: a\n    parameters: { weight: ${first} }\n  - model: b\n    parameters: { weight: ${second} }`;
    expect(parseMergekit(linear("3", "1"))).toEqual({
      method: "linear",
      t: { default: 0.25, layers: null, rules: [] },
      layerCount: null,
    });
    expect(parseMergekit(linear("0", "0"))).toBeNull();
  });

  it("is refused where mergekit would leave some tensors without t, or does something else", () => {
    expect(rulesOf("\n    - filter: mlp\n      value: 0.4")).toBeUndefined();
    expect(rulesOf(" 1.5")).toBeUndefined();
    expect(rulesOf(" half")).toBeUndefined();
    expect(parseMergekit(slerp(" 0.5").replace("slerp", "ties"))).toBeNull();
    expect(parseMergekit("merge_method: slerp")).toBeNull();
    expect(parseMergekit("merge_method: [")).toBeNull();
    expect(parseMergekit(`${slerp(" 0.5")}#${"x".repeat(20_000)}`)).toBeNull();
  });

  it("is refused where layers are left out or shifted, which would give another model", () => {
    const sliced = (first: string, second: string) =>
      `merge_method: slerp\nslices:\n  - sources:\n      - { model: a${first} }\n      - { model: b${second} }\nparameters: { t: 0.5 }`;
    const range = (text: string) => `, layer_range: [${text}]`;
    expect(parseMergekit(sliced(range("0, 32"), range("0, 32")))?.t.default).toBe(0.5);
    expect(parseMergekit(sliced("", ""))).toMatchObject({ t: { default: 0.5 }, layerCount: null });
    expect(parseMergekit(sliced(range("8, 32"), range("8, 32")))).toBeNull();
    expect(parseMergekit(sliced(range("0, 32"), range("0, 16")))).toBeNull();
    expect(parseMergekit(sliced(range("0, 32"), ""))).toBeNull();
  });

  it("is told from numbers", () => {
    expect(looksLikeMergekit(slerp(" 0.5"))).toBe(true);
    expect(looksLikeMergekit("0,5 0.7\n1")).toBe(false);
  });
});
