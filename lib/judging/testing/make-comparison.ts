import { randomUUID } from "node:crypto";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { openComparison } from "../change-comparison";
import { createComparison } from "../create-comparison";

type Made = { id: string; strong: string; weak: string };

/** Two checkpoints with answers "strong …" and "weak …" to each prompt, opened for these judges. */
export async function makeComparison(
  owner: StudyActor,
  judges: StudyActor[],
  options: { prompts?: number; votesPerPair?: number; open?: boolean } = {},
): Promise<Made> {
  const { studyId } = owner;
  const keys = Array.from({ length: options.prompts ?? 4 }, (_, index) => `p${index}`);
  const promptSet = await database().promptSet.create({
    data: {
      studyId,
      name: "Prompts",
      address: "store:prompts",
      digest: "0",
      prompts: { create: keys.map((key, position) => ({ key, category: "–", text: `prompt ${key}`, position })) },
    },
    include: { prompts: true },
  });
  const sets: string[] = [];
  for (const name of ["strong", "weak"]) {
    const checkpoint = await database().checkpoint.create({
      data: { studyId, kind: "pretrained", name, address: `store:${name}` },
    });
    const texts = promptSet.prompts.map(({ id, key }) => ({
      promptId: id,
      text: `${name} ${key}`,
      tokens: 2,
      finish: "stop",
    }));
    const set = await database().answerSet.create({
      data: {
        studyId,
        promptSetId: promptSet.id,
        checkpointId: checkpoint.id,
        madeByRunId: randomUUID(),
        address: `store:answers-${name}`,
        digest: "0",
        answers: { create: texts },
      },
    });
    sets.push(set.id);
  }
  const { id } = await createComparison(owner, {
    name: "Comparison",
    promptSetId: promptSet.id,
    answerSetIds: sets,
    memberIds: judges.map(({ personId }) => personId),
    votesPerPair: options.votesPerPair ?? 1,
    seed: 7,
  });
  if (options.open ?? true) await openComparison(owner, id);
  return { id, strong: String(sets[0]), weak: String(sets[1]) };
}
