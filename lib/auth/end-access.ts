import type { Database } from "@/lib/platform/database/client";

/**
 * Ends every session of the person, and every API token unless `tokens` is false. Answers how many of each were still held.
 * `at`: the moment from which they count no more.
 */
export async function endAccess(
  transaction: Database,
  personId: string,
  { at = new Date(), tokens = true }: { at?: Date; tokens?: boolean } = {},
): Promise<{ sessions: number; tokens: number }> {
  const held = { where: { personId, revokedAt: null }, data: { revokedAt: at } };
  const sessions = await transaction.session.updateMany(held);
  return { sessions: sessions.count, tokens: tokens ? (await transaction.apiToken.updateMany(held)).count : 0 };
}
