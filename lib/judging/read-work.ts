import { type Database, database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { enterComparison } from "./enter-comparison";

/** The person's own votes, and what is at most still open for them. */
export async function readJudgingProgress(
  transaction: Database,
  comparisonId: string,
  personId: string,
): Promise<{ decided: number; open: number }> {
  const [progress] = await transaction.$queryRaw<{ decided: number; open: number }[]>`
    select
      (select count(*)::int from "PairClaim" where "comparisonId" = ${comparisonId}::uuid
        and "personId" = ${personId}::uuid and "state" = 'decided') as "decided",
      (select count(*)::int from "Pair" pair where pair."comparisonId" = ${comparisonId}::uuid
        and ((pair."decided" + pair."claimed" < pair."wanted" and not exists (
            select 1 from "PairClaim" own where own."pairId" = pair."id" and own."personId" = ${personId}::uuid
              and own."state" in ('open', 'decided')))
          or exists (select 1 from "PairClaim" own where own."pairId" = pair."id"
            and own."personId" = ${personId}::uuid and own."state" = 'open'))) as "open"`;
  return progress ?? { decided: 0, open: 0 };
}

/** What the judge's screen needs before its first pair. */
export async function readJudgingWork(actor: StudyActor, comparisonId: string) {
  const comparison = await enterComparison(database(), actor, comparisonId, actor.personId);
  const progress = await readJudgingProgress(database(), comparisonId, actor.personId);
  return { name: comparison.name, state: comparison.state, progress };
}

/** For the study home: open comparisons in which the person takes part. */
export async function listOpenJudging(
  actor: StudyActor,
): Promise<{ comparisonId: string; name: string; open: number }[]> {
  const comparisons = await database().comparison.findMany({
    where: { studyId: actor.studyId, state: "open", members: { some: { personId: actor.personId } } },
    orderBy: { openedAt: "asc" },
  });
  return Promise.all(
    comparisons.map(async ({ id, name }) => {
      const { open } = await readJudgingProgress(database(), id, actor.personId);
      return { comparisonId: id, name, open };
    }),
  );
}
