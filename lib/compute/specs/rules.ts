import type { z } from "zod";

/**
 * Rules between a spec's fields, which JSON Schema can't say. The runner repeats them with the same codes in
 * `run/spec_rules.py`.
 */
export interface BrokenRule {
  code: string;
  message: string;
  /** Where in the spec. */
  path: string[];
}

export function brokenPretrainRule(spec: {
  parameters: { epochs: number | null; maxSteps: number | null; warmupSteps: number };
}): BrokenRule | null {
  const { epochs, maxSteps, warmupSteps } = spec.parameters;
  if ((epochs === null) === (maxSteps === null)) {
    return {
      code: "length_ambiguous",
      message: "Give the length either in epochs or in steps (maxSteps); the other one is null.",
      path: ["parameters", "maxSteps"],
    };
  }
  if (maxSteps !== null && warmupSteps >= maxSteps) {
    return {
      code: "warmup_too_long",
      message: "The warm-up must be shorter than the training (warmupSteps < maxSteps).",
      path: ["parameters", "warmupSteps"],
    };
  }
  return null;
}

export function brokenRanksRule(spec: { resources: { nodes: number; processes: number } }): BrokenRule | null {
  const { nodes, processes } = spec.resources;
  if (processes % nodes !== 0) {
    return {
      code: "processes_uneven",
      message: "Each node takes as many processes: let processes be a multiple of nodes.",
      path: ["resources", "processes"],
    };
  }
  return null;
}

export function brokenEvaluateRule(spec: {
  inputs: { examples?: unknown };
  parameters: { examples: unknown };
}): BrokenRule | null {
  if ((spec.parameters.examples === null) !== (spec.inputs.examples === undefined)) {
    return {
      code: "examples_unclear",
      message: "Examples need both: how many (parameters) and the file they come from (inputs).",
      path: ["inputs", "examples"],
    };
  }
  return null;
}

/** A Zod check that reports the rule that is broken, with its code in `params.code`. */
export function followsRule<Spec>(brokenRule: (spec: Spec) => BrokenRule | null) {
  return (context: z.core.ParsePayload<Spec>) => {
    const broken = brokenRule(context.value);
    if (broken === null) return;
    const { code, message, path } = broken;
    context.issues.push({ code: "custom", message, params: { code }, path, input: context.value });
  };
}
