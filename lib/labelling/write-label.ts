import { inTransaction } from "@/lib/platform/database/client";
import type { LabelAnswer } from "./ask-endpoint";

/** Writes one label with its tallies. A second label of the same item (two ticks at once) is dropped, and counts nothing. */
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
    if (count === 0) return;
    const { outcome } = answer;
    await transaction.labellingRun.update({
      where: { id: run.id },
      data: {
        medical: { increment: outcome === "medical" ? 1 : 0 },
        nonMedical: { increment: outcome === "non_medical" ? 1 : 0 },
        unusable: { increment: outcome === "unusable" ? 1 : 0 },
        promptTokens: { increment: answer.promptTokens },
        completionTokens: { increment: answer.completionTokens },
      },
    });
  });
}
