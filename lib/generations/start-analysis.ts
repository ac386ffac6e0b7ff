import { presets } from "@/lib/compute/specs";
import { startRun } from "@/lib/compute/start-run";
import type { Database } from "@/lib/platform/database/client";

/** By nobody's click, but in the name of whoever had the answers generated. */
export async function startAnalysis(
  transaction: Database,
  made: { studyId: string; createdById: string | null; name: string },
  answerSetId: string,
  answers: { address: string; digest: string },
): Promise<void> {
  const person = await transaction.person.findFirst({ where: { id: made.createdById ?? "" } });
  if (!person) return;
  const { id: personId, name, email, administrator, locale, theme } = person;
  const actor = { personId, name, email, administrator, locale, theme, token: null };
  const inStudy = { studyId: made.studyId, studyName: "", studyIsExample: false, role: "researcher" as const };
  await startRun(
    transaction,
    { ...actor, ...inStudy },
    {
      kind: "analyse-answers",
      name: made.name,
      inputs: { answers: { address: answers.address, digest: answers.digest } },
      parameters: presets["analyse-answers"].paper,
      edges: [{ kind: "answer-set", targetId: answerSetId, role: "answers" }],
    },
  );
}
