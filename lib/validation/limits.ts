import type { Database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import { labelledDraws } from "./labelled-draws";
import { isConvenience } from "./rules";
import type { ChangeRoundInput, CreateRoundInput } from "./schema";

type StopRule = CreateRoundInput["stopRule"] | undefined;

/**
 * Throws 422 `labelling_not_of_round` where the stop rule is about labels of other documents, and `stop_rule_of_convenience`
 * where nobody knows how the documents were chosen: how well F1 of a corpus is known, nobody knows then either.
 */
export async function checkStopLabelling(transaction: Database, drawId: string, stopRule: StopRule): Promise<void> {
  if (!stopRule) return;
  const run = await transaction.labellingRun.findFirst({
    where: { id: stopRule.labellingRunId, drawId: { in: await labelledDraws(drawId) } },
  });
  if (!run) throw unprocessable("labelling_not_of_round");
  const { design } = await transaction.draw.findUniqueOrThrow({ where: { id: drawId }, select: { design: true } });
  if (isConvenience(design)) throw unprocessable("stop_rule_of_convenience");
}

/** Deadline and stop rule as the round's columns; what is left out stays. A changed rule is looked at anew. */
export function limitColumns({ deadline, stopRule }: Pick<ChangeRoundInput, "deadline" | "stopRule">) {
  return {
    deadline: deadline == null ? deadline : new Date(deadline),
    ...(stopRule === undefined
      ? {}
      : {
          stopHalfWidth: stopRule?.halfWidth ?? null,
          stopLabellingRunId: stopRule?.labellingRunId ?? null,
          stopLower: null,
          stopUpper: null,
          stopDocuments: 0,
          stopCheckedAt: null,
          stoppedAt: null,
        }),
  };
}
