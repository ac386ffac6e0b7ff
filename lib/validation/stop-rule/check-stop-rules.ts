import { recordAudit } from "@/lib/audit/record";
import { isDatabaseAway } from "@/lib/corpus/database-away";
import { database, inTransaction } from "@/lib/platform/database/client";
import { log } from "@/lib/platform/log";
import { anytimeF1, type PrefixTally } from "./anytime-f1";

type Rule = { roundId: string; studyId: string; drawId: string; halfWidth: number; labellingRunId: string };

/**
 * Looks at every open round with a stop rule whose labels are there, and ends the handing out where F1 is known well enough.
 * Of a convenience sample it never is.
 */
export async function checkStopRules(signal?: AbortSignal): Promise<void> {
  const rules = await database().$queryRaw<Rule[]>`
    select round."id" as "roundId", round."studyId", round."drawId", round."stopHalfWidth" as "halfWidth",
      run."id" as "labellingRunId"
    from "Round" round
    join "LabellingRun" run on run."id" = round."stopLabellingRunId" and run."state" not in ('queued', 'running')
    join "Draw" draw on draw."id" = round."drawId" and draw."design"->>'kind' is distinct from 'convenience'
    where round."state" = 'open' and round."stopHalfWidth" is not null and round."stoppedAt" is null`;
  for (const rule of rules) {
    if (signal?.aborted) return;
    try {
      await checkStopRule(rule);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      // The other rounds' rules are looked at nevertheless.
      log().error({ roundId: rule.roundId, error: error instanceof Error ? error.stack : error }, "stop rule failed");
    }
  }
}

async function checkStopRule(rule: Rule): Promise<void> {
  const { strata, counts } = await readSettledPrefix(rule);
  const interval = anytimeF1(strata, counts);
  const documents = counts.reduce((sum, { count }) => sum + count, 0);
  const reached = (interval.upper - interval.lower) / 2 <= rule.halfWidth;
  const now = new Date();
  await inTransaction(async (transaction) => {
    const moved = await transaction.round.updateMany({
      where: { id: rule.roundId, state: "open", stoppedAt: null, stopHalfWidth: rule.halfWidth },
      data: {
        stopLower: interval.lower,
        stopUpper: interval.upper,
        stopDocuments: documents,
        stopCheckedAt: now,
        stoppedAt: reached ? now : null,
      },
    });
    if (moved.count === 0 || !reached) return;
    await recordAudit(transaction, null, {
      action: "rounds.stop",
      subject: "round",
      subjectId: rule.roundId,
      studyId: rule.studyId,
      detail: { halfWidth: rule.halfWidth, ...interval, documents },
    });
  });
}

/**
 * Counts of the settled prefix: the documents before the first one of the queue that still waits for a decision, for
 * adjudication, or for its LLM label. The queue is shuffled, so these are a random part of every stratum; taking whatever
 * is done instead would favour the documents that are quickly agreed on.
 */
export async function readSettledPrefix(rule: Pick<Rule, "roundId" | "drawId" | "labellingRunId">) {
  const { roundId, labellingRunId } = rule;
  const [strata, counts] = await Promise.all([
    database().stratum.findMany({ where: { drawId: rule.drawId }, include: { phaseOneStratum: true } }),
    database().$queryRaw<PrefixTally[]>`
      with first_open as (
        select item."position"
        from "RoundItem" item
        left join "LlmLabel" label on label."itemId" = item."itemId" and label."labellingRunId" = ${labellingRunId}::uuid
        where item."roundId" = ${roundId}::uuid
          and (item."decided" < item."wanted" or label."itemId" is null
            or (item."contested" and item."agreed" is null and item."settled" is null))
        order by item."position" limit 1
      )
      select item."stratumId", label."outcome", item."gold", count(*)::int as "count"
      from "RoundItem" item
      join "LlmLabel" label on label."itemId" = item."itemId" and label."labellingRunId" = ${labellingRunId}::uuid
      where item."roundId" = ${roundId}::uuid
        and item."position" < coalesce((select "position" from first_open), 2147483647)
      group by 1, 2, 3`,
  ]);
  return { strata, counts };
}
