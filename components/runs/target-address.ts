import type { LineageEdge } from "@/lib/compute/schema";

/** The page of what a run used or made; null where it has none. */
export function targetAddress(studyId: string, { kind, targetId, name }: LineageEdge): string | null {
  if (name === null) return null;
  const study = `/studies/${studyId}`;
  const addresses: Record<string, string> = {
    corpus: `${study}/corpora/${targetId}`,
    classifier: `${study}/classifiers/${targetId}`,
    "label-set": `${study}/classifiers`,
    checkpoint: `${study}/evaluations`,
    "question-set": `${study}/evaluations`,
    "prompt-set": `${study}/answers`,
    "answer-set": `${study}/answers`,
  };
  return addresses[kind] ?? null;
}
