import type { Database } from "@/lib/platform/database/client";
import type { VoteOutcome } from "./schema";

type Shown = {
  comparisonId: string;
  personId: string;
  promptId: string;
  firstAnswerSetId: string;
  secondAnswerSetId: string;
};

/** Adds a vote to its tally, or takes it out again (`by` −1), in the transaction of the vote. */
export async function countVote(transaction: Database, shown: Shown, outcome: VoteOutcome, by: 1 | -1): Promise<void> {
  const add = (name: VoteOutcome) => (outcome === name ? by : 0);
  await transaction.voteTally.upsert({
    where: {
      comparisonId_firstAnswerSetId_secondAnswerSetId_personId_promptId: shown,
    },
    create: {
      ...shown,
      firstWins: add("first"),
      secondWins: add("second"),
      ties: add("tie"),
      bothBad: add("both_bad"),
      cannotJudge: add("cannot_judge"),
    },
    update: {
      firstWins: { increment: add("first") },
      secondWins: { increment: add("second") },
      ties: { increment: add("tie") },
      bothBad: { increment: add("both_bad") },
      cannotJudge: { increment: add("cannot_judge") },
    },
  });
}
