import { errorFromDisagreement, errorOfAgreed, labelErrorSensitivity, wilsonInterval } from "@/lib/stats";
import { readPattern } from "../rules";
import type { PatternTally } from "./agreement-figures";
import { byMeasure } from "./label-figures";
import type { ConfusionRow, Consistency, GoldKinds, LabelErrors } from "./schema";

/** Assumed until enough documents were decided twice to tell. */
const assumedError = 0.02;
/** With fewer documents decided twice, how often people disagree is not taken for more than chance. */
const fewestDocuments = 20;

type PersonError = Pick<LabelErrors, "personError" | "interval" | "basis" | "documents">;

/** How often a person errs: as chosen, else from disagreement of two, else from their own repeats, else assumed. */
function personErrorOf(
  chosen: number | undefined,
  patterns: PatternTally[],
  repeats: Pick<Consistency[number], "repeats" | "same">[],
): PersonError {
  if (chosen !== undefined) return { personError: chosen, interval: null, basis: "chosen", documents: 0 };
  let [both, differing] = [0, 0];
  for (const { pattern, count } of patterns) {
    const labels = readPattern(pattern).map((decision) => decision.label);
    if (labels.length !== 2 || labels.includes("unsure")) continue;
    both += count;
    if (labels[0] !== labels[1]) differing += count;
  }
  const own = repeats.reduce((sum, one) => sum + one.repeats, 0);
  const same = repeats.reduce((sum, one) => sum + one.same, 0);
  const from = (basis: "agreement" | "repeats", different: number, documents: number): PersonError => {
    const { lower, upper } = wilsonInterval(different, documents);
    const interval = { lower: errorFromDisagreement(lower), upper: errorFromDisagreement(upper) };
    return { personError: errorFromDisagreement(different / documents), interval, basis, documents };
  };
  if (both >= fewestDocuments) return from("agreement", differing, both);
  if (own >= fewestDocuments) return from("repeats", own - same, own);
  return { personError: assumedError, interval: null, basis: "assumed", documents: 0 };
}

/**
 * What errors of people would do to the figures. An adjudicated label is wrong as often as a person's, one on which two
 * agreed only if both erred. Null while the shares of the confusion matrix are unknown.
 */
export function labelErrors(
  confusion: ConfusionRow[],
  gold: GoldKinds,
  patterns: PatternTally[],
  repeats: Pick<Consistency[number], "repeats" | "same">[],
  chosen: number | undefined,
): LabelErrors | null {
  const settled = gold.adjudicated + gold.agreed + gold.single;
  const shares = (medicalByLlm: boolean, of: "medicalShare" | "nonMedicalShare") =>
    confusion
      .filter(({ outcome }) => (outcome === "medical") === medicalByLlm)
      .reduce((sum, row) => sum + (row[of] ?? Number.NaN), 0);
  const cells = {
    truePositive: shares(true, "medicalShare"),
    falsePositive: shares(true, "nonMedicalShare"),
    falseNegative: shares(false, "medicalShare"),
    trueNegative: shares(false, "nonMedicalShare"),
  };
  if (settled === 0 || Object.values(cells).some((share) => Number.isNaN(share))) return null;
  const person = personErrorOf(chosen, patterns, repeats);
  // At one half a label says nothing at all.
  const error = Math.min(person.personError, 0.49);
  const labelError = (error * (gold.adjudicated + gold.single) + errorOfAgreed(error) * gold.agreed) / settled;
  const { observed, atRandom, bounds, mostAtRandom } = labelErrorSensitivity(cells, labelError);
  return {
    ...person,
    personError: error,
    labelError,
    mostAtRandom,
    figures: byMeasure((measure) => ({
      observed: observed[measure],
      atRandom: atRandom[measure],
      bounds: bounds[measure],
    })),
  };
}
