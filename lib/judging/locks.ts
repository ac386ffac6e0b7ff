import type { Database } from "@/lib/platform/database/client";
import { lockOf, takeLocks } from "@/lib/platform/database/locks";

const lockOfComparison = (comparisonId: string, shared: boolean) => lockOf(`comparison ${comparisonId}`, { shared });

/**
 * As in validation: whoever claims or votes shares the comparison's lock, opening and closing takes it alone. A person's
 * own claims (two windows, say) come one after the other.
 */
export const takeComparison = (transaction: Database, comparisonId: string) =>
  takeLocks(transaction, lockOfComparison(comparisonId, false));

export const shareComparison = (transaction: Database, comparisonId: string) =>
  takeLocks(transaction, lockOfComparison(comparisonId, true));

export const shareComparisonAs = (transaction: Database, comparisonId: string, personId: string) =>
  takeLocks(transaction, lockOfComparison(comparisonId, true), lockOf(`pairs ${comparisonId} ${personId}`));
