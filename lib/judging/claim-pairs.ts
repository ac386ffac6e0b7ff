import { type Database, inTransaction, Prisma } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { StudyActor } from "@/lib/studies/actor";
import { enterComparison, requireOpen } from "./enter-comparison";
import { lapsePairClaims } from "./lapse-claims";
import { shareComparisonAs } from "./locks";
import { isSwapped } from "./pairing";
import { readJudgingProgress } from "./read-work";
import type { ClaimedPairs, ClaimPairsInput, WorkPair } from "./schema";

const claimHours = 2;
const mostOpenClaims = 16;

type Held = { id: string; position: number };
type Holder = { personId: string; lapsesAt: Date; holding: string[] };

/**
 * Hands the person pairs: first those that they still hold and the browser has not, then the next of the queue, never
 * one on which they have voted, nor one that the browser holds though its claim is gone: a vote on it may be under way. No
 * pair is ever held and voted on more often than wanted.
 */
export function claimPairs(actor: StudyActor, comparisonId: string, input: ClaimPairsInput): Promise<ClaimedPairs> {
  return inTransaction(async (transaction) => {
    await shareComparisonAs(transaction, comparisonId, actor.personId);
    const comparison = await enterComparison(transaction, actor, comparisonId, input.personId);
    requireOpen(comparison);
    const lapsesAt = new Date(Date.now() + claimHours * 3_600_000);
    const held = await transaction.$queryRaw<Held[]>`
      with renewed as (
        update "PairClaim" set "lapsesAt" = ${lapsesAt}
        where "comparisonId" = ${comparisonId}::uuid and "personId" = ${actor.personId}::uuid and "state" = 'open'
        returning "pairId"
      )
      select pair."id", pair."position" from renewed join "Pair" pair on pair."id" = renewed."pairId" order by 2`;
    const resumed = held.filter((pair) => !input.holding.includes(pair.id)).slice(0, input.count);
    const missing = Math.min(input.count - resumed.length, mostOpenClaims - held.length);
    const holder = { personId: actor.personId, lapsesAt, holding: input.holding };
    const fresh = missing > 0 ? await takeFromQueue(transaction, comparison, holder, missing) : [];
    const ids = [...resumed, ...fresh].map(({ id }) => id);
    return {
      pairs: await showPairs(transaction, ids, actor.personId),
      progress: await readJudgingProgress(transaction, comparisonId, actor.personId),
      claimedUntil: lapsesAt.toISOString(),
    };
  });
}

async function takeFromQueue(
  transaction: Database,
  comparison: { id: string; seed: number },
  holder: Holder,
  count: number,
): Promise<Held[]> {
  const pairs = await take(transaction, comparison, holder, count, false);
  if (pairs.length > 0) return pairs;
  await lapsePairClaims(comparison.id, transaction);
  // Before saying that nothing is left: wait for a pair that another transaction has in hand at this moment.
  return take(transaction, comparison, holder, 1, true);
}

async function take(
  transaction: Database,
  comparison: { id: string; seed: number },
  { personId, lapsesAt, holding }: Holder,
  count: number,
  wait: boolean,
): Promise<Held[]> {
  const picked = await transaction.$queryRaw<Held[]>`
    select pair."id", pair."position" from "Pair" pair
    where pair."comparisonId" = ${comparison.id}::uuid and pair."decided" + pair."claimed" < pair."wanted"
      and pair."id" <> all(${holding}::uuid[])
      and not exists (
        select 1 from "PairClaim" own
        where own."pairId" = pair."id" and own."personId" = ${personId}::uuid and own."state" in ('open', 'decided')
      )
    order by pair."position" limit ${count}
    for update of pair ${wait ? Prisma.empty : Prisma.sql`skip locked`}`;
  const held: Held[] = [];
  for (const pair of picked) {
    const swapped = isSwapped(comparison.seed, pair.id, personId);
    // While this waited for the pair, a late vote of the same person may have taken it: looked for as things were before,
    // the claim is seen as it is now only here.
    const claimed = await transaction.$executeRaw`
      insert into "PairClaim" ("id", "pairId", "comparisonId", "personId", "lapsesAt", "swapped")
      values (${newId()}::uuid, ${pair.id}::uuid, ${comparison.id}::uuid, ${personId}::uuid, ${lapsesAt}, ${swapped})
      on conflict ("pairId", "personId") do update
        set "state" = 'open', "claimedAt" = now(), "lapsesAt" = excluded."lapsesAt"
        where "PairClaim"."state" in ('lapsed', 'released')`;
    if (claimed === 0) continue;
    await transaction.$executeRaw`update "Pair" set "claimed" = "claimed" + 1 where "id" = ${pair.id}::uuid`;
    held.push(pair);
  }
  return held;
}

/** Texts only: neither names nor ids of what wrote them. */
function showPairs(transaction: Database, ids: string[], personId: string): Promise<WorkPair[]> {
  return transaction.$queryRaw<WorkPair[]>`
    select pair."id", prompt."text" as "prompt",
      case when claim."swapped" then two."text" else one."text" end as "first",
      case when claim."swapped" then one."text" else two."text" end as "second"
    from "Pair" pair
    join "PairClaim" claim on claim."pairId" = pair."id" and claim."personId" = ${personId}::uuid
    join "Prompt" prompt on prompt."id" = pair."promptId"
    join "Answer" one on one."id" = pair."firstAnswerId"
    join "Answer" two on two."id" = pair."secondAnswerId"
    where pair."id" = any(${ids}::uuid[])
    order by array_position(${ids}::uuid[], pair."id")`;
}
