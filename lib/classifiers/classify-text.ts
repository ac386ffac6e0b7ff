import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { scoreText } from "./onnx-model";

/** Classifies pasted text in the studio itself; nothing is kept. */
export async function classifyText(
  actor: StudyActor,
  classifierId: string,
  text: string,
): Promise<{ score: number; medical: boolean; tokens: number; clipped: boolean }> {
  const classifier = await database().classifier.findFirst({ where: { id: classifierId, studyId: actor.studyId } });
  if (!classifier) throw notFound();
  const result = await scoreText(classifier.onnxAddress, text);
  return { ...result, medical: result.score >= classifier.threshold };
}
