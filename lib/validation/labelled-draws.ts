import { database } from "@/lib/platform/database/client";

/**
 * Draws whose labelling runs have labels for a draw's items: itself, the first phase from which it was drawn, what extends
 * either, and what it extends itself (of each stratum a part by chance). The same in SQL: findUntalliedLabels.
 */
export async function labelledDraws(drawId: string): Promise<string[]> {
  const draw = await database().draw.findUniqueOrThrow({
    where: { id: drawId },
    select: { parentDrawId: true, extendsDrawId: true },
  });
  const own = [drawId, draw.parentDrawId, draw.extendsDrawId].filter((id) => id !== null);
  const extensions = await database().draw.findMany({
    where: { extendsDrawId: { in: [drawId, draw.parentDrawId].filter((id) => id !== null) } },
    select: { id: true },
  });
  return [...own, ...extensions.map(({ id }) => id)];
}
