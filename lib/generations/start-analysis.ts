import { chooseBackend } from "@/lib/compute/choose-backend";
import { presets } from "@/lib/compute/specs";
import { startRun } from "@/lib/compute/start-run";
import type { Database } from "@/lib/platform/database/client";
import { Problem, unprocessable } from "@/lib/platform/problem";

/** Throws 422 `analysis_needs_backend` where no backend is there on which answers could be analysed. */
export async function requireAnalysisBackend(transaction: Database): Promise<void> {
  try {
    await chooseBackend(transaction, undefined);
  } catch (error) {
    if (error instanceof Problem && error.code === "backend_missing") throw unprocessable("analysis_needs_backend");
    throw error;
  }
}

/**
 * By nobody's click, but in the name of whoever had the answers generated. On the backend that made them, if that is still in
 * use, else on the usual one. Throws as `requireAnalysisBackend`.
 */
export async function startAnalysis(
  transaction: Database,
  made: { studyId: string; createdById: string | null; name: string; backendId?: string },
  answerSetId: string,
  answers: { address: string; digest: string },
): Promise<void> {
  const person = await transaction.person.findFirst({ where: { id: made.createdById ?? "" } });
  if (!person) return;
  const backend = made.backendId ? { id: made.backendId, archivedAt: null } : null;
  const own = backend && (await transaction.backend.findFirst({ where: backend, select: { id: true } }));
  if (!own) await requireAnalysisBackend(transaction);
  const { id: personId, name, email, administrator, locale, theme } = person;
  const actor = { personId, name, email, administrator, locale, theme, token: null };
  const inStudy = { studyId: made.studyId, studyName: "", studyIsExample: false, role: "researcher" as const };
  await startRun(
    transaction,
    { ...actor, ...inStudy },
    {
      kind: "analyse-answers",
      name: made.name,
      backendId: own?.id,
      inputs: { answers: { address: answers.address, digest: answers.digest } },
      parameters: presets["analyse-answers"].paper,
      edges: [{ kind: "answer-set", targetId: answerSetId, role: "answers" }],
    },
  );
}
