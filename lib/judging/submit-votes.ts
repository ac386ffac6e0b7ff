import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { enterComparison } from "./enter-comparison";
import { keepLateVote } from "./keep-late-vote";
import { shareComparison } from "./locks";
import type { ComparisonState, SubmitVotesInput, VoteInput, VoteOutcome, VoteResult } from "./schema";
import { countVote } from "./tally-vote";

/** A batch from the browser's outbox, in its order; each vote is kept or refused for itself. */
export async function submitVotes(
  actor: StudyActor,
  comparisonId: string,
  input: SubmitVotesInput,
): Promise<{ results: VoteResult[] }> {
  await enterComparison(database(), actor, comparisonId, input.personId);
  const results: VoteResult[] = [];
  for (const vote of input.votes) results.push(await keepVote(actor, comparisonId, vote));
  const [first] = results;
  const refusedAlike = (result: VoteResult) => result.status === "refused" && result.code === first?.code;
  if (first?.code && results.every(refusedAlike)) throw conflict(first.code);
  return { results };
}

type LockedPair = {
  id: string;
  promptId: string;
  wanted: number;
  decided: number;
  claimed: number;
  state: ComparisonState;
  firstAnswerSetId: string;
  secondAnswerSetId: string;
};
type OwnVote = { id: string; outcome: VoteOutcome | null; surplus: boolean };
type Known = {
  claim: "open" | "decided" | "lapsed" | "released" | null;
  swapped: boolean | null;
  keyUsedOn: string | null;
};

const kept = (vote: VoteInput): VoteResult => ({ idempotencyKey: vote.idempotencyKey, status: "kept" });
const refused = (vote: VoteInput, code: string): VoteResult => ({
  idempotencyKey: vote.idempotencyKey,
  status: "refused",
  code,
});

/**
 * Appends one vote and moves everything that counts it, in one transaction. A later vote of the same person on the same
 * pair corrects the earlier one; `outcome: null` withdraws it. A vote whose claim is gone counts if the pair still wants
 * one; else it is kept as surplus. What arrives after the comparison was closed is kept beside it (`keepLateVote`).
 */
function keepVote(actor: StudyActor, comparisonId: string, vote: VoteInput): Promise<VoteResult> {
  return inTransaction(async (transaction) => {
    await shareComparison(transaction, comparisonId);
    const pair = await lockPair(transaction, comparisonId, vote.pairId);
    const known = await readKnown(transaction, actor.personId, vote);
    if (known.keyUsedOn) return known.keyUsedOn === vote.pairId ? kept(vote) : refused(vote, "idempotency_key_reused");
    if (!pair || !known.claim) return refused(vote, "pair_not_claimed");
    const own = await ownVote(transaction, actor.personId, vote.pairId);
    if (pair.state !== "open") {
      const shown = { comparisonId, pairId: pair.id, personId: actor.personId, swapped: known.swapped ?? false };
      const refusal = await keepLateVote(transaction, shown, own?.outcome ?? null, vote);
      return refusal ? refused(vote, refusal) : { ...kept(vote), code: "comparison_closed" };
    }
    if (vote.outcome === null && !own?.outcome) return refused(vote, "nothing_to_withdraw");
    const move = moveOf(pair, known.claim, own, vote.outcome);
    const swapped = known.swapped ?? false;
    await transaction.vote.create({
      data: {
        id: newId(),
        comparisonId,
        pairId: vote.pairId,
        personId: actor.personId,
        outcome: vote.outcome,
        swapped,
        reasons: vote.reasons,
        note: vote.note,
        recognised: vote.recognised,
        activeMs: vote.activeMs,
        idempotencyKey: vote.idempotencyKey,
        correctsId: own?.id ?? null,
        surplus: move.surplus,
        decidedAt: new Date(vote.decidedAt),
      },
    });
    await transaction.pairClaim.updateMany({
      where: { pairId: vote.pairId, personId: actor.personId, state: known.claim },
      data: { state: move.claim },
    });
    await transaction.pair.update({
      where: { id: pair.id },
      data: { decided: pair.decided + move.decided, claimed: pair.claimed + move.claimed },
    });
    const shown = { comparisonId, personId: actor.personId, promptId: pair.promptId, ...sides(pair, swapped) };
    const before = own?.surplus ? null : (own?.outcome ?? null);
    const after = move.surplus ? null : vote.outcome;
    if (before) await countVote(transaction, shown, before, -1);
    if (after) await countVote(transaction, shown, after, 1);
    if (before !== after) {
      await transaction.comparison.update({
        where: { id: comparisonId },
        data: { votesCast: { increment: move.decided }, revision: { increment: 1 } },
      });
    }
    return kept(vote);
  });
}

/** First and second as this person saw them. */
function sides(pair: LockedPair, swapped: boolean): { firstAnswerSetId: string; secondAnswerSetId: string } {
  const { firstAnswerSetId, secondAnswerSetId } = pair;
  return swapped
    ? { firstAnswerSetId: secondAnswerSetId, secondAnswerSetId: firstAnswerSetId }
    : { firstAnswerSetId, secondAnswerSetId };
}

function moveOf(
  pair: LockedPair,
  claim: NonNullable<Known["claim"]>,
  own: OwnVote | undefined,
  outcome: VoteOutcome | null,
): { claim: NonNullable<Known["claim"]>; decided: number; claimed: number; surplus: boolean } {
  const counted = own?.outcome != null && !own.surplus;
  if (outcome === null) {
    if (counted) return { claim: "open", decided: -1, claimed: 1, surplus: false };
    return { claim, decided: 0, claimed: 0, surplus: true };
  }
  if (counted) return { claim: "decided", decided: 0, claimed: 0, surplus: false };
  if (claim === "open") return { claim: "decided", decided: 1, claimed: -1, surplus: false };
  if (pair.decided + pair.claimed < pair.wanted) return { claim: "decided", decided: 1, claimed: 0, surplus: false };
  return { claim, decided: 0, claimed: 0, surplus: true };
}

async function lockPair(transaction: Database, comparisonId: string, pairId: string): Promise<LockedPair | undefined> {
  const [pair] = await transaction.$queryRaw<LockedPair[]>`
    select pair."id", pair."promptId", pair."wanted", pair."decided", pair."claimed", comparison."state",
      one."answerSetId" as "firstAnswerSetId", two."answerSetId" as "secondAnswerSetId"
    from "Pair" pair
    join "Comparison" comparison on comparison."id" = pair."comparisonId"
    join "Answer" one on one."id" = pair."firstAnswerId"
    join "Answer" two on two."id" = pair."secondAnswerId"
    where pair."id" = ${pairId}::uuid and pair."comparisonId" = ${comparisonId}::uuid
    for update of pair`;
  return pair;
}

async function readKnown(transaction: Database, personId: string, vote: VoteInput): Promise<Known> {
  const [known] = await transaction.$queryRaw<Known[]>`
    select claim."state" as "claim", claim."swapped", used."pairId" as "keyUsedOn"
    from (select 1) one
    left join "PairClaim" claim on claim."pairId" = ${vote.pairId}::uuid and claim."personId" = ${personId}::uuid
    left join "Vote" used on used."personId" = ${personId}::uuid and used."idempotencyKey" = ${vote.idempotencyKey}`;
  return known ?? { claim: null, swapped: null, keyUsedOn: null };
}

/** The vote of this person on this pair that no other corrects. */
async function ownVote(transaction: Database, personId: string, pairId: string): Promise<OwnVote | undefined> {
  const [own] = await transaction.$queryRaw<OwnVote[]>`
    select vote."id", vote."outcome", vote."surplus" from "Vote" vote
    where vote."pairId" = ${pairId}::uuid and vote."personId" = ${personId}::uuid
      and not exists (select 1 from "Vote" later where later."correctsId" = vote."id")`;
  return own;
}
