import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { defaultPrompts } from "./default-prompts";
import { type PromptSummary, promptLanguages } from "./schema";

/** All prompt versions of the study, newest first. The first look brings in version 1 of both languages. */
export async function listPrompts(actor: StudyActor): Promise<PromptSummary[]> {
  const { studyId } = actor;
  await database().labellingPrompt.createMany({
    data: promptLanguages.map((language) => ({ studyId, language, version: 1, text: defaultPrompts[language] })),
    skipDuplicates: true,
  });
  const rows = await database().labellingPrompt.findMany({
    where: { studyId },
    orderBy: [{ version: "desc" }, { language: "asc" }],
  });
  return rows.map(({ id, language, version, text, note, createdAt }) => ({
    id,
    language: language === "en" ? "en" : "de",
    version,
    text,
    note,
    createdAt: createdAt.toISOString(),
  }));
}

/** A new version; the ones before stay as they are. */
export async function createPrompt(
  actor: StudyActor,
  input: { language: "de" | "en"; text: string; note: string },
): Promise<{ id: string; version: number }> {
  await listPrompts(actor);
  return inTransaction(async (transaction) => {
    await transaction.$executeRaw`select 1 from "Study" where id = ${actor.studyId}::uuid for update`;
    const newest = await transaction.labellingPrompt.aggregate({
      where: { studyId: actor.studyId, language: input.language },
      _max: { version: true },
    });
    const version = (newest._max.version ?? 0) + 1;
    const row = await transaction.labellingPrompt.create({
      data: { ...input, studyId: actor.studyId, version, createdById: actor.personId },
    });
    await recordAudit(transaction, actor, {
      action: "prompts.create",
      subject: "prompt",
      subjectId: row.id,
      detail: { language: input.language, version },
    });
    return { id: row.id, version };
  });
}
