import { type Database, inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { shareRoundAs } from "../round-lock";
import { claimHours } from "../rules";
import { mayAdjudicate, readAdjudicationProgress } from "./contested";
import { type ContestedRound, enterAdjudication } from "./enter-adjudication";
import type { ClaimContestedInput, ClaimedContested, ContestedItem } from "./schema";

/**
 * Hands out contested documents, each to one person at a time, in the order of the queue; skipped ones come back after the
 * others. What the person holds already comes first, and is held anew.
 */
export function claimContested(
  actor: StudyActor,
  roundId: string,
  input: ClaimContestedInput,
): Promise<ClaimedContested> {
  return inTransaction(async (transaction) => {
    await shareRoundAs(transaction, roundId, actor.personId);
    const round = await enterAdjudication(transaction, actor, roundId, input.personId);
    const lapsesAt = new Date(Date.now() + claimHours * 3_600_000);
    await transaction.roundItem.updateMany({
      where: { roundId, adjudicatorId: actor.personId },
      data: { adjudicationLapsesAt: lapsesAt },
    });
    const items = await take(transaction, round, { personId: actor.personId, lapsesAt }, input);
    const progress = await readAdjudicationProgress(transaction, round, actor.personId);
    return { items, progress, claimedUntil: lapsesAt.toISOString() };
  });
}

function take(
  transaction: Database,
  round: ContestedRound,
  { personId, lapsesAt }: { personId: string; lapsesAt: Date },
  { count, holding }: ClaimContestedInput,
): Promise<ContestedItem[]> {
  return transaction.$queryRaw<ContestedItem[]>`
    with picked as materialized (
      select item."id", coalesce(item."adjudicatorId" = ${personId}::uuid, false) as "own",
        item."adjudicationSkippedAt" as "skippedAt"
      from "RoundItem" item
      where ${mayAdjudicate(round, personId)} and item."id" <> all(${holding}::uuid[])
        and (item."adjudicatorId" is null or item."adjudicatorId" = ${personId}::uuid
          or item."adjudicationLapsesAt" < now())
      order by 2 desc, 3 nulls first, item."position"
      limit ${count}
      for update of item skip locked
    ), held as (
      update "RoundItem" item set "adjudicatorId" = ${personId}::uuid, "adjudicationLapsesAt" = ${lapsesAt}
      from picked where item."id" = picked."id"
      returning item."id", item."itemId", item."position", picked."own", picked."skippedAt"
    )
    select held."id", document."text", document."characters",
      (select json_agg(json_build_object('label', decision."label", 'flags', decision."flags", 'note', decision."note")
          order by decision."label", decision."id")
        from "Decision" decision
        where decision."roundItemId" = held."id" and decision."label" is not null and not decision."surplus"
          and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")) as "decisions"
    from held join "Item" document on document."id" = held."itemId"
    order by held."own" desc, held."skippedAt" nulls first, held."position"`;
}
