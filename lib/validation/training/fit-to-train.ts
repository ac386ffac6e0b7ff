import { Prisma } from "@/lib/platform/database/client";

/**
 * Whether the document `item` of `sample` may be trained on in a round over this draw: it is none of the round's own, no
 * near-duplicate of one, and has no text of one, since whoever has learned its label would no longer decide for themselves.
 */
export const fitToTrain = (draw: { drawId: string; corpusId: string }) => Prisma.sql`
  item."erasedAt" is null
  and item."id" not in (select "itemId" from "DrawItem" where "drawId" = ${draw.drawId}::uuid)
  and item."textHash" not in (${ownColumn(draw.drawId, Prisma.sql`own."textHash"`)})
  and not (sample."corpusId" = ${draw.corpusId}::uuid
    and item."duplicateGroup" in (${ownColumn(draw.drawId, Prisma.sql`own."duplicateGroup"`)}))`;

const ownColumn = (drawId: string, column: Prisma.Sql) => Prisma.sql`
  select ${column} from "DrawItem" drawn join "Item" own on own."id" = drawn."itemId"
  where drawn."drawId" = ${drawId}::uuid`;
