import { Prisma } from "@/lib/platform/database/client";
import type { Statements } from "@/lib/platform/database/statements";
import type { OwnTraining } from "./schema";

/**
 * The training documents of one person in a query over "Round" as `round` and "RoundMember" as `member`: those of the
 * version with which they began, which may have none, else today's. Erased texts teach nothing.
 */
export const ownTrainingItems = Prisma.sql`
  "TrainingItem" training
  left join "Item" source on source."id" = training."itemId"
  where training."roundId" = round."id" and source."erasedAt" is null
    and training."addedIn" <= coalesce(member."trainingVersion", round."trainingVersion")
    and coalesce(training."removedIn" > coalesce(member."trainingVersion", round."trainingVersion"), true)`;

type Row = {
  id: string;
  text: string;
  characters: number;
  answered: boolean;
  right: boolean;
};

/** Where a person is in their training. Nothing but texts of what they have yet to answer. */
export async function readProgressOfTraining(
  transaction: Statements,
  roundId: string,
  personId: string,
): Promise<OwnTraining> {
  const rows = await transaction.$queryRaw<Row[]>`
    select own."id", own."answered", own."right",
      case when own."answered" then '' else coalesce(own."text", item."text") end as "text",
      char_length(coalesce(own."text", item."text")) as "characters"
    from "Round" round
    join "RoundMember" member on member."roundId" = round."id" and member."personId" = ${personId}::uuid
    cross join lateral (
      select training."id", training."itemId", training."text", training."position", answer."label" is not null as "answered",
        coalesce(answer."label" = training."label", false) as "right"
      from (select training.* from ${ownTrainingItems}) training
      left join "TrainingAnswer" answer on answer."trainingItemId" = training."id"
        and answer."personId" = ${personId}::uuid
    ) own
    left join "Item" item on item."id" = own."itemId"
    where round."id" = ${roundId}::uuid
    order by own."position", own."id"`;
  const next = rows.find((row) => !row.answered);
  return {
    total: rows.length,
    answered: rows.filter((row) => row.answered).length,
    right: rows.filter((row) => row.right).length,
    item: next ? { id: next.id, text: next.text, characters: next.characters } : null,
  };
}
