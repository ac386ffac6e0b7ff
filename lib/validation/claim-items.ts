import { Prisma } from "@/lib/platform/database/client";
import { inStatements, type Statements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { enterRound, type OwnRound, requireOpen } from "./enter-round";
import { lapseClaims } from "./lapse-claims";
import { readProgress } from "./read-work";
import { takeRepeats } from "./repeats/take-repeats";
import { ownClaims, sharedRound } from "./round-lock";
import { claimHours, mostOpenClaims } from "./rules";
import type { ClaimedItems, ClaimItemsInput, WorkItem } from "./schema";

/**
 * Hands the person documents: first those that they still hold and the browser has not, then the next of the queue, never
 * one that they have decided; skipped ones come back after the others. Answers fewer (or none) when nothing is left. One
 * document is never held and decided more often than wanted, whoever asks at the same time. What the browser holds is not
 * handed out again, also where its claim has lapsed or was given back: a decision on it may be under way. Nothing new goes to
 * who has reached the round's quota, and to nobody once its stop rule has ended it. Repeats are strewn in. Throws 409
 * `training_first` to who has training documents left.
 */
export function claimItems(actor: StudyActor, roundId: string, input: ClaimItemsInput): Promise<ClaimedItems> {
  const locks = [sharedRound(roundId), ownClaims(roundId, actor.personId)];
  const work = async (transaction: Statements): Promise<ClaimedItems> => {
    const round = await enterRound(transaction, actor, roundId, input.personId);
    requireOpen(round);
    if (round.training) throw conflict("training_first");
    const lapsesAt = new Date(Date.now() + claimHours * 3_600_000);
    const held = await renewOwnClaims(transaction, roundId, actor.personId, lapsesAt);
    const resumed = held.filter((item) => !input.holding.includes(item.id)).slice(0, input.count);
    const left = (round.quota ?? Number.POSITIVE_INFINITY) - round.ownDecided - held.length;
    const most = round.stoppedAt ? 0 : Math.min(mostOpenClaims - held.length, left);
    const missing = Math.min(input.count - resumed.length, most);
    const repeatsDue = (atTheEnd: boolean) =>
      takeRepeats(
        transaction,
        { roundId, personId: actor.personId, ownDecided: round.ownDecided },
        { holding: input.holding, count: 1, atTheEnd },
      );
    const mayRepeat = round.repeatShare > 0 && !round.stoppedAt && resumed.length < input.count;
    const due = mayRepeat ? await repeatsDue(false) : [];
    const wanted = missing - due.length;
    const holder = { personId: actor.personId, lapsesAt, holding: input.holding };
    const fresh = wanted > 0 ? await takeFromQueue(transaction, round, holder, wanted) : [];
    const nothing = resumed.length + due.length + fresh.length === 0;
    const last = mayRepeat && nothing ? await repeatsDue(true) : [];
    return {
      items: [...resumed, ...fresh, ...due, ...last].map(({ id, text, characters }) => ({ id, text, characters })),
      progress: readProgress(round),
      claimedUntil: lapsesAt.toISOString(),
    };
  };
  return inStatements(work, { locks });
}

function renewOwnClaims(
  transaction: Statements,
  roundId: string,
  personId: string,
  lapsesAt: Date,
): Promise<WorkItem[]> {
  return transaction.$queryRaw<WorkItem[]>`
    with renewed as (
      update "Claim" set "lapsesAt" = ${lapsesAt}
      where "roundId" = ${roundId}::uuid and "personId" = ${personId}::uuid and "state" = 'open'
      returning "roundItemId"
    )
    select queued."id", item."text", item."characters"
    from renewed
    join "RoundItem" queued on queued."id" = renewed."roundItemId"
    join "Item" item on item."id" = queued."itemId"
    order by queued."position"`;
}

type Holder = { personId: string; lapsesAt: Date; holding: string[] };

async function takeFromQueue(transaction: Statements, round: OwnRound, holder: Holder, count: number) {
  const onward = { from: round.queueFrom, skippedToo: false, wait: false };
  const items = await take(transaction, round.id, holder, count, onward);
  if (items.length === count) return items;
  // Near the end: documents that came back to the queue behind this person's place in it, and those that they skipped.
  await lapseClaims(round.id, transaction);
  const back = { from: 0, skippedToo: true, wait: false };
  const rest = await take(transaction, round.id, holder, count - items.length, back);
  if (items.length + rest.length > 0) return [...items, ...rest];
  // Before saying that nothing is left: wait for documents that another transaction has in hand at this moment. Only one,
  // since who holds one and waits for another may wait for somebody who waits for them.
  return take(transaction, round.id, holder, 1, { ...back, wait: true });
}

type Search = { from: number; skippedToo: boolean; wait: boolean };

/** Chooses, counts and claims in one statement. `RoundItem_counts` would refuse whatever went beyond what is wanted. */
function take(
  transaction: Statements,
  roundId: string,
  { personId, lapsesAt, holding }: Holder,
  count: number,
  { from, skippedToo, wait }: Search,
): Promise<WorkItem[]> {
  const ids = Array.from({ length: count }, () => newId());
  // Asked row by row in the order of the queue: as a join, the planner would read all that is left before it sorts.
  const own = (what: Prisma.Sql) => Prisma.sql`(
    select ${what} from "Claim" own where own."roundItemId" = item."id" and own."personId" = ${personId}::uuid)`;
  return transaction.$queryRaw<WorkItem[]>`
    with picked as materialized (
      select item."id", item."position"
      from "RoundItem" item
      where item."roundId" = ${roundId}::uuid and item."decided" + item."claimed" < item."wanted"
        and item."position" >= ${from} and item."id" <> all(${holding}::uuid[])
        and not exists (select 1 from "Adjudication" adjudicated
          where adjudicated."roundItemId" = item."id" and adjudicated."personId" = ${personId}::uuid)
        and coalesce(${own(Prisma.sql`own."state" in ('lapsed', 'released') and (own."skippedAt" is null or ${skippedToo})`)}, true)
      order by ${skippedToo ? Prisma.sql`${own(Prisma.sql`own."skippedAt"`)} nulls first,` : Prisma.empty} item."position"
      limit ${count}
      for update of item ${wait ? Prisma.empty : Prisma.sql`skip locked`}
    ), numbered as (
      select "id", row_number() over (order by "position") as "number" from picked
    ), held as (
      insert into "Claim" ("id", "roundItemId", "roundId", "personId", "lapsesAt")
      select (${ids}::uuid[])[numbered."number"], numbered."id", ${roundId}::uuid, ${personId}::uuid,
        ${lapsesAt}
      from numbered
      on conflict ("roundItemId", "personId") do update
        set "state" = 'open', "claimedAt" = now(), "lapsesAt" = excluded."lapsesAt", "skippedAt" = null
        where "Claim"."state" in ('lapsed', 'released')
      returning "roundItemId"
    ), counted as (
      update "RoundItem" item set "claimed" = item."claimed" + 1
      from held where item."id" = held."roundItemId"
      returning item."id", item."itemId", item."position"
    ), moved as (
      update "RoundMember" set "queueFrom" = first."position"
      from (select min("position") as "position" from picked) first
      where "roundId" = ${roundId}::uuid and "personId" = ${personId}::uuid
        and first."position" > "queueFrom" and not ${skippedToo}
    )
    select counted."id", item."text", item."characters"
    from counted join "Item" item on item."id" = counted."itemId"
    order by counted."position"`;
}
