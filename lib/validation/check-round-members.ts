import type { Database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";

/** Throws 422 `round_member_unknown` where someone is not a member of the study. */
export async function checkRoundMembers(transaction: Database, studyId: string, memberIds: string[]): Promise<void> {
  const known = await transaction.member.count({ where: { studyId, personId: { in: memberIds } } });
  if (known < memberIds.length) throw unprocessable("round_member_unknown");
}
