import { randomUUID } from "node:crypto";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { claimPairs } from "../claim-pairs";
import { releasePairs } from "../release-pairs";
import type { VoteInput, VoteOutcome } from "../schema";
import { submitVotes } from "../submit-votes";

export const claim = (judge: StudyActor, comparisonId: string, count = 1, holding: string[] = []) =>
  claimPairs(judge, comparisonId, { personId: judge.personId, count, holding });

export function voteOn(pairId: string, outcome: VoteOutcome | null): VoteInput {
  const decidedAt = new Date().toISOString();
  const key = randomUUID();
  return { idempotencyKey: key, pairId, outcome, reasons: [], note: "", recognised: false, activeMs: 900, decidedAt };
}

export const submit = (judge: StudyActor, comparisonId: string, ...votes: VoteInput[]) =>
  submitVotes(judge, comparisonId, { personId: judge.personId, votes });

/** Claims and votes until nothing is left for this person; answers how many. */
export async function workThrough(
  judge: StudyActor,
  comparisonId: string,
  outcomeOf: (pair: { first: string; second: string }) => VoteOutcome,
): Promise<number> {
  for (let done = 0; ; ) {
    const { pairs } = await claim(judge, comparisonId, 3);
    if (pairs.length === 0) return done;
    await submit(judge, comparisonId, ...pairs.map((pair) => voteOn(pair.id, outcomeOf(pair))));
    done += pairs.length;
  }
}

export const release = (judge: StudyActor, comparisonId: string, claimedUntil: string) =>
  releasePairs(judge, comparisonId, { personId: judge.personId, claimedUntil });

/** As if two hours had gone by for those who hold a pair. */
export async function letClaimsExpire(comparisonId: string, personId?: string): Promise<void> {
  await database().pairClaim.updateMany({
    where: { comparisonId, personId, state: "open" },
    data: { lapsesAt: new Date(Date.now() - 1000) },
  });
}
