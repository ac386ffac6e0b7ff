import { mayRole } from "@/lib/auth/permissions";
import { Prisma } from "@/lib/platform/database/client";
import type { StudyActor } from "./actor";

/**
 * What is kept from people so that they decide for themselves (docs/decisions/0023). The tables belong to later rooms; the
 * rule lies below all rooms that read labels or decisions, since each of them has to ask it.
 */

/** Condition on "Round" working: an open round in which the person decides. */
const decidesIn = (actor: StudyActor) => Prisma.sql`
  (working."state" = 'open' and exists (select 1 from "RoundMember" member
    where member."roundId" = working."id" and member."personId" = ${actor.personId}::uuid))`;

/** Condition on a round by its id: another, opened one goes on from it. What is contested came along, and is settled there. */
export const goesOnElsewhere = (roundId: Prisma.Sql) => Prisma.sql`
  exists (select 1 from "Round" later where later."continuesRoundId" = ${roundId} and later."state" <> 'draft')`;

/** Condition on "Round" working and "RoundItem" queued: contested, and the person may settle it. */
export const mayStillSettle = (actor: StudyActor) => Prisma.sql`
  (working."state" <> 'draft' and queued."contested" and queued."settled" is null
    and (working."state" = 'closed' or queued."decided" >= queued."wanted")
    and not ${goesOnElsewhere(Prisma.sql`working."id"`)}
    and not exists (select 1 from "Claim" own
      where own."roundItemId" = queued."id" and own."personId" = ${actor.personId}::uuid))`;

/** The document "Item" item is in a round of which `which` holds; also as the same document of another sample or corpus. */
const isIn = (actor: StudyActor, which: Prisma.Sql) => Prisma.sql`
  exists (
    select 1 from "Round" working
    join "Draw" worked on worked."id" = working."drawId"
    join "Item" same on same."sampleId" = worked."sampleId" and same."documentId" = item."documentId"
      and same."textHash" = item."textHash"
    join "RoundItem" queued on queued."roundId" = working."id" and queued."itemId" = same."id"
    where working."studyId" = ${actor.studyId}::uuid and ${which})`;

/**
 * Condition on "Item" item: the person decides on it in an open round. What others decided is kept from them, and LLM labels.
 * Most people decide in no open round: that is asked once, and not of each document.
 */
export const stillDecides = (actor: StudyActor) => Prisma.sql`
  (exists (select 1 from "Round" working where working."studyId" = ${actor.studyId}::uuid and ${decidesIn(actor)})
    and ${isIn(actor, decidesIn(actor))})`;

/**
 * Condition on "Item" item: the person decides on it in an open round, or may settle it. LLM labels are kept from them. That
 * there is anything to settle is asked once too.
 */
export const labelKept = (actor: StudyActor) =>
  mayRole(actor.role, "rounds.adjudicate")
    ? Prisma.sql`(${stillDecides(actor)} or (
        exists (select 1 from "Round" working join "RoundItem" queued on queued."roundId" = working."id"
          where working."studyId" = ${actor.studyId}::uuid and ${mayStillSettle(actor)})
        and ${isIn(actor, mayStillSettle(actor))}))`
    : stillDecides(actor);

/** Open rounds in which the person decides: their estimates are kept from them. */
export const roundsDecidedIn = (actor: StudyActor) =>
  ({
    studyId: actor.studyId,
    state: "open",
    members: { some: { personId: actor.personId } },
  }) satisfies Prisma.RoundWhereInput;
