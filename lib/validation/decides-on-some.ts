import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { roundsDecidedIn, stillDecides } from "@/lib/studies/kept-from";

/** Whether the person decides, in an open round, on documents that are in this one too. */
export async function decidesOnSome(actor: StudyActor, roundId: string): Promise<boolean> {
  // Most people decide in no open round, and a round may have many documents.
  if ((await database().round.count({ where: roundsDecidedIn(actor) })) === 0) return false;
  const [{ some } = { some: false }] = await database().$queryRaw<{ some: boolean }[]>`
    select exists (select 1 from "RoundItem" own join "Item" item on item."id" = own."itemId"
      where own."roundId" = ${roundId}::uuid and ${stillDecides(actor)}) as "some"`;
  return some;
}
