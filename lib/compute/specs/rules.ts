import type { z } from 'zod'

/**
 * Rules between a spec's fields, which JSON Schema can't say. The runner repeats them with the same codes in
 * `run/spec_rules.py`.
 */
export interface BrokenRule {
  code: string
  message: string
  field: string
}

export function brokenPretrainRules(parameters: {
  epochs: number | null
  maxSteps: number | null
  warmupSteps: number
}): BrokenRule[] {
  const { epochs, maxSteps } = parameters
  if ((epochs === null) === (maxSteps === null)) {
    return [
      {
        code: 'length_ambiguous',
        message: 'Give the length either in epochs or in steps (maxSteps); the other one is null.',
        field: 'maxSteps',
      },
    ]
  }
  if (maxSteps !== null && parameters.warmupSteps >= maxSteps) {
    return [
      {
        code: 'warmup_too_long',
        message: 'The warm-up must be shorter than the training (warmupSteps < maxSteps).',
        field: 'warmupSteps',
      },
    ]
  }
  return []
}

/** A Zod check that reports what `rules` finds, with the rule's code in `params.code`. */
export function followsRules<Parameters>(rules: (parameters: Parameters) => BrokenRule[]) {
  return (context: z.core.ParsePayload<Parameters>) => {
    for (const { code, message, field } of rules(context.value)) {
      context.issues.push({
        code: 'custom',
        message,
        params: { code },
        path: [field],
        input: context.value,
      })
    }
  }
}
