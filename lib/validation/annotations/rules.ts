import type { RawAnnotation } from "./interpret-entry";
import type { AnnotationRejectCode, Mapping, Meaning } from "./schema";

const words: Record<Meaning, string[]> = {
  medical: ["medical", "medizinisch", "med", "medizin", "positive", "positiv", "yes", "ja", "true", "relevant"],
  non_medical: ["nonmedical", "nichtmedizinisch", "notmedical", "nonmed", "negative", "negativ", "no", "nein", "false"],
  unsure: ["unsure", "unsicher", "maybe", "vielleicht", "unknown", "unklar", "unclear"],
};

/** What a label likely means here; null: no guess, the person says. */
export function suggestMeaning(label: string): Meaning | null {
  const word = label.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const found = (Object.entries(words) as [Meaning, string[]][]).find(([, known]) => known.includes(word));
  return found?.[0] ?? null;
}

export const labelKey = ({ control, label }: { control: string; label: string }) => JSON.stringify([control, label]);
export type MeaningOf = Map<string, Meaning | null>;

export const meaningsOf = (mapping: Mapping): MeaningOf =>
  new Map(mapping.map((one) => [labelKey(one), one.meaning] as const));

/** One decision of an annotation's labels; the code says why it makes none. */
export function decide(labels: RawAnnotation["labels"], meanings: MeaningOf): Meaning | AnnotationRejectCode {
  const found = new Set(labels.flatMap((one) => meanings.get(labelKey(one)) ?? []));
  const [first] = found;
  if (first === undefined) return "labels_left_out";
  return found.size === 1 ? first : "labels_conflict";
}
