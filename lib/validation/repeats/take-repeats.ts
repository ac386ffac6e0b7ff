import { Prisma } from "@/lib/platform/database/client";
import type { Statements } from "@/lib/platform/database/statements";
import type { WorkItem } from "../schema";

/**
 * Repeats that are due to this person: documents that they have decided and that still stand. `atTheEnd`: nothing else is
 * left for them. Nobody else can have them, so that nothing has to be held.
 */
export function takeRepeats(
  transaction: Statements,
  to: { roundId: string; personId: string; ownDecided: number },
  { holding, count, atTheEnd }: { holding: string[]; count: number; atTheEnd: boolean },
): Promise<WorkItem[]> {
  const due = atTheEnd ? Prisma.sql`repeat."dueAtLast"` : Prisma.sql`repeat."dueAt"`;
  return transaction.$queryRaw<WorkItem[]>`
    select repeat."id", item."text", item."characters"
    from "Repeat" repeat
    join "RoundItem" queued on queued."id" = repeat."roundItemId"
    join "Item" item on item."id" = queued."itemId"
    where repeat."roundId" = ${to.roundId}::uuid and repeat."personId" = ${to.personId}::uuid
      and repeat."label" is null and ${due} <= ${to.ownDecided} and repeat."id" <> all(${holding}::uuid[])
      and exists (select 1 from "Decision" decision
        where decision."roundItemId" = queued."id" and decision."personId" = ${to.personId}::uuid
          and decision."label" is not null
          and not exists (select 1 from "Decision" later where later."correctsId" = decision."id"))
    order by repeat."dueAt", repeat."id"
    limit ${count}`;
}

/** Puts a repeat off; nothing happens where the id is not one of this person's. */
export async function putOffRepeat(transaction: Statements, personId: string, repeatId: string): Promise<void> {
  await transaction.$executeRaw`
    update "Repeat" set "dueAt" = "dueAt" + 10, "dueAtLast" = "dueAtLast" + 10
    where "id" = ${repeatId}::uuid and "personId" = ${personId}::uuid`;
}
