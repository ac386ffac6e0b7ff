import type { Database } from "@/lib/platform/database/client";

/**
 * As in validation: whoever claims or votes shares the comparison's lock, opening and closing takes it alone. A person's
 * own claims (two windows, say) come one after the other.
 */
export async function takeComparison(transaction: Database, comparisonId: string): Promise<void> {
  await transaction.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`comparison ${comparisonId}`}, 0))`;
}

export async function shareComparison(transaction: Database, comparisonId: string): Promise<void> {
  await transaction.$executeRaw`
    select pg_advisory_xact_lock_shared(hashtextextended(${`comparison ${comparisonId}`}, 0))`;
}

export async function shareComparisonAs(transaction: Database, comparisonId: string, personId: string): Promise<void> {
  await transaction.$executeRaw`
    select pg_advisory_xact_lock_shared(hashtextextended(${`comparison ${comparisonId}`}, 0)),
      pg_advisory_xact_lock(hashtextextended(${`pairs ${comparisonId} ${personId}`}, 0))`;
}
