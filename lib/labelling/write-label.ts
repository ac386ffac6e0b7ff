import { inTransaction } from "@/lib/platform/database/client";
import type { LabelAnswer } from "./ask-endpoint";

/**
 * Writes one label with its tallies. A second label of the same item (a worker that was taken for dead) is dropped; the tokens that it took
 * are spent all the same.
 */
export async function writeLabel(
  run: { id: string },
  itemId: string,
  answer: LabelAnswer,
  requests: number,
): Promise<void> {
  await inTransaction(async (transaction) => {
    const { count } = await transaction.llmLabel.createMany({
      data: [{ labellingRunId: run.id, itemId, requests, ...answer }],
      skipDuplicates: true,
    });
    const { outcome, promptTokens, completionTokens } = answer;
    const counts = (so: boolean) => ({ increment: count === 1 && so ? 1 : 0 });
    await transaction.labellingRun.update({
      where: { id: run.id },
      data: {
        medical: counts(outcome === "medical"),
        nonMedical: counts(outcome === "non_medical"),
        unusable: counts(outcome === "unusable"),
        uncounted: counts(promptTokens === null),
        promptTokens: { increment: promptTokens ?? 0 },
        completionTokens: { increment: completionTokens ?? 0 },
      },
    });
  });
}
