import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { ChangeHighlightWords } from "./schema";

export async function readHighlightWords(actor: StudyActor): Promise<{ words: string[] }> {
  const study = await database().study.findUnique({
    where: { id: actor.studyId },
    select: { highlightWords: true },
  });
  if (!study) throw notFound();
  return { words: study.highlightWords };
}

/** Throws 409 `highlight_words_changed` where the list is no longer the one that was changed. */
export async function changeHighlightWords(
  actor: StudyActor,
  { words, before }: ChangeHighlightWords,
): Promise<{ words: string[] }> {
  return inTransaction(async (transaction) => {
    const [study] = await transaction.$queryRaw<{ words: string[] }[]>`
      select coalesce("highlightWords", '{}') as "words" from "Study" where "id" = ${actor.studyId}::uuid for update`;
    if (!study) throw notFound();
    if (before && JSON.stringify(before) !== JSON.stringify(study.words)) throw conflict("highlight_words_changed");
    await transaction.study.update({ where: { id: actor.studyId }, data: { highlightWords: words } });
    await recordAudit(transaction, actor, {
      action: "studies.highlight",
      subject: "study",
      subjectId: actor.studyId,
      detail: { before: study.words, after: words },
    });
    return { words };
  });
}
