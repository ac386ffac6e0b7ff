import type { Database } from "@/lib/platform/database/client";
import { conflict, notFound, Problem } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { ComparisonState } from "./schema";

export type OwnComparison = { id: string; name: string; state: ComparisonState; seed: number };

/** As one of its judges: 404 where the study has none such, 403 `not_in_comparison`, 409 `other_person_signed_in`. */
export async function enterComparison(
  transaction: Database,
  actor: StudyActor,
  comparisonId: string,
  personId: string,
): Promise<OwnComparison> {
  if (personId !== actor.personId) throw conflict("other_person_signed_in");
  const comparison = await transaction.comparison.findFirst({
    where: { id: comparisonId, studyId: actor.studyId },
    include: { members: { where: { personId: actor.personId } } },
  });
  if (!comparison) throw notFound();
  if (comparison.members.length === 0) throw new Problem(403, "not_in_comparison");
  const { id, name, state, seed } = comparison;
  return { id, name, state, seed };
}

/** Throws 409 `comparison_not_open` or `comparison_closed`. */
export function requireOpen(comparison: Pick<OwnComparison, "state">): void {
  if (comparison.state === "draft") throw conflict("comparison_not_open");
  if (comparison.state === "closed") throw conflict("comparison_closed");
}
