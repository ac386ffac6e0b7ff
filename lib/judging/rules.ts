/**
 * What a comparison will ask of its judges, before its pairs are laid out: votes for all pairs, for each two checkpoints
 * (the fewest of any two), and a judge's share. `answers`: how many each contestant has; where some lack an answer to a
 * prompt that others have, fewer pairs come of it.
 */
export function planVotes(plan: { answers: readonly number[]; votesPerPair: number; judges: number }) {
  const wanted = Math.min(plan.votesPerPair, plan.judges);
  const pairs = plan.answers.flatMap((own, index) =>
    plan.answers.slice(index + 1).map((other) => Math.min(own, other)),
  );
  const votes = wanted * pairs.reduce((sum, count) => sum + count, 0);
  return {
    votes,
    votesOfTwo: pairs.length === 0 ? 0 : wanted * Math.min(...pairs),
    votesOfJudge: plan.judges === 0 ? 0 : Math.ceil(votes / plan.judges),
  };
}
