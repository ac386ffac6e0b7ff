import { load, YAMLException } from "js-yaml";
import { z } from "zod";
import type { mergeSpec } from "@/lib/compute/specs/merge";

/** What a merge is planned with; see `lib/compute/specs/merge.ts`. */
export type MergePlan = z.output<typeof mergeSpec>["parameters"];

/**
 * Reads t as people type it: one number, or one a decoder layer, separated by spaces, semicolons or line ends; a comma
 * may stand for the decimal point. Null where it is not that.
 */
export function parseInterpolation(text: string): MergePlan["t"] | null {
  const numbers = text
    .split(/[\s;]+/)
    .filter(Boolean)
    .map((part) => Number(part.replace(",", ".")));
  if (numbers.length === 0 || numbers.some((t) => !(t >= 0 && t <= 1))) return null;
  const [first = 0] = numbers;
  if (numbers.length === 1) return { default: first, layers: null, rules: [] };
  return { default: numbers.reduce((sum, t) => sum + t, 0) / numbers.length, layers: numbers, rules: [] };
}

const number = z.number().min(0).max(1);
const gradient = z.union([number.transform((t) => [t]), z.array(number).min(1).max(1000)]);
const conditional = z
  .strictObject({ filter: z.string().max(200).nullish(), value: gradient })
  .transform(({ filter, value }) => ({ filter: filter === "*" ? "" : (filter ?? ""), gradient: value }));
const setting = z.union([
  gradient.transform((values) => [{ filter: "", gradient: values }]),
  z.array(conditional).min(1).max(100),
]);
const named = z.looseObject({ model: z.unknown() });
/** All layers of both, in their order: a part of them, or shifted ones, would be another model. How many that is, the models tell. */
const source = z.looseObject({
  model: z.unknown(),
  layer_range: z.tuple([z.literal(0), z.int().min(1).max(1000)]).optional(),
});
const slices = z.tuple([
  z
    .looseObject({ sources: z.tuple([source, source]), parameters: z.undefined().optional() })
    .refine(({ sources: [first, second] }) => first.layer_range?.[1] === second.layer_range?.[1]),
]);
const weighted = z.looseObject({ model: z.unknown(), parameters: z.strictObject({ weight: z.number().min(0) }) });

/** The parts of mergekit's configuration that plan a merge of two models; the models themselves are chosen elsewhere. */
const mergekitConfig = z.union([
  z.looseObject({
    merge_method: z.literal("slerp"),
    models: z.tuple([named, named]).optional(),
    slices: slices.optional(),
    parameters: z.strictObject({ t: setting }),
  }),
  z.looseObject({
    merge_method: z.literal("linear"),
    models: z.tuple([weighted, weighted]),
    slices: z.undefined().optional(),
    parameters: z.strictObject({ normalize: z.literal(true).optional() }).optional(),
  }),
]);

/** Whether a text is meant as a configuration in YAML and not as numbers. */
export const looksLikeMergekit = (text: string) => /^\s*[a-z_]+\s*:/m.test(text);

/**
 * Reads mergekit's YAML for `slerp` (t as a number, a gradient, or by filters) and for `linear` with two weights, which
 * are normalised. Null where it is something else, or where t would be missing for some tensors, as mergekit refuses.
 */
export function parseMergekit(text: string): MergePlan | null {
  const parsed = mergekitConfig.safeParse(readYaml(text));
  if (!parsed.success) return null;
  if (parsed.data.merge_method === "linear") {
    const [first, second] = parsed.data.models.map(({ parameters }) => parameters.weight);
    const t = (second ?? 0) / ((first ?? 0) + (second ?? 0));
    const plan = { default: t, layers: null, rules: [] };
    return Number.isFinite(t) ? { method: "linear", t: plan, layerCount: null } : null;
  }
  const rules = parsed.data.parameters.t;
  const rest = rules.findIndex(({ filter }) => filter === "");
  if (rest < 0) return null;
  const [outside = 0] = rules[rest]?.gradient ?? [];
  // What follows a rule for everything is never reached.
  const t = { default: outside, layers: null, rules: rules.slice(0, rest + 1) };
  const [slice] = parsed.data.slices ?? [];
  return { method: "slerp", t, layerCount: slice?.sources[0].layer_range?.[1] ?? null };
}

function readYaml(text: string): unknown {
  if (text.length > 20_000) return null;
  try {
    return load(text);
  } catch (error) {
    if (error instanceof YAMLException) return null;
    throw error;
  }
}
