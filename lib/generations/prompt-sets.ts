import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { unprocessable } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { digestOf, writeWhole } from "@/lib/platform/storage/files";
import type { StudyActor } from "@/lib/studies/actor";
import { readPrompts } from "./read-prompts";
import type { PromptSetSummary } from "./schema";

export async function listPromptSets(actor: StudyActor): Promise<PromptSetSummary[]> {
  const { studyId } = actor;
  const [sets, counts] = await Promise.all([
    database().promptSet.findMany({ where: { studyId }, orderBy: { createdAt: "desc" }, take: 200 }),
    database().prompt.groupBy({ by: ["promptSetId", "category"], where: { promptSet: { studyId } }, _count: true }),
  ]);
  return sets.map(({ id, name, createdAt }) => {
    const categories = counts
      .filter((count) => count.promptSetId === id)
      .map(({ category, _count }) => ({ category, prompts: _count }))
      .sort((a, b) => a.category.localeCompare(b.category));
    const prompts = categories.reduce((sum, each) => sum + each.prompts, 0);
    return { id, name, prompts, categories, createdAt: createdAt.toISOString() };
  });
}

/** Keeps the good prompts and tells of the others. Throws `prompts_empty`, `prompts_none` where there is no good one. */
export async function createPromptSet(
  actor: StudyActor,
  input: { name: string; text: string },
): Promise<{ id: string; prompts: number; rejected: { line: number; reason: string }[] }> {
  const { prompts, rejected } = readPrompts(input.text);
  if (prompts.length === 0) {
    const [first] = rejected;
    if (!first) throw unprocessable("prompts_empty");
    const [reason = "", field = ""] = first.reason.split(":");
    throw unprocessable("prompts_none", { line: first.line, reason, field: field || "–" });
  }
  const id = newId();
  const address = `store:prompt-sets/${id}.jsonl`;
  await writeWhole(pathOf(address), `${prompts.map((prompt) => JSON.stringify(prompt)).join("\n")}\n`);
  const digest = await digestOf(pathOf(address));
  await inTransaction(async (transaction) => {
    await transaction.promptSet.create({
      data: { id, studyId: actor.studyId, name: input.name, address, digest, createdById: actor.personId },
    });
    await transaction.prompt.createMany({
      data: prompts.map(({ id: key, category, prompt }, position) => ({
        promptSetId: id,
        key,
        category,
        text: prompt,
        position,
      })),
    });
    await recordAudit(transaction, actor, {
      action: "prompt-sets.create",
      subject: "prompt-set",
      subjectId: id,
      detail: { name: input.name, prompts: prompts.length, rejected: rejected.length },
    });
  });
  return { id, prompts: prompts.length, rejected: rejected.slice(0, 1000) };
}
