import { database } from "@/lib/platform/database/client";

/**
 * Works out from the appended votes and the claims alone what every count must be, and tells where the stored ones
 * differ. An empty list: no pair was handed out or counted too often, and nothing was lost.
 */
export async function findViolations(comparisonId: string): Promise<string[]> {
  const comparison = await database().comparison.findUniqueOrThrow({ where: { id: comparisonId } });
  const pairs = await database().pair.findMany({ where: { comparisonId }, include: { claims: true, votes: true } });
  const answers = await database().answer.findMany({
    where: { answerSet: { entries: { some: { comparisonId } } } },
    select: { id: true, answerSetId: true },
  });
  const setOf = new Map(answers.map(({ id, answerSetId }) => [id, answerSetId]));
  const violations: string[] = [];
  const check = (what: string, stored: unknown, found: unknown) => {
    if (JSON.stringify(stored) !== JSON.stringify(found)) {
      violations.push(`${what}: stored ${JSON.stringify(stored)}, found ${JSON.stringify(found)}`);
    }
  };
  const tallied: string[] = [];
  for (const pair of pairs) {
    const corrected = new Set(pair.votes.map((vote) => vote.correctsId));
    const current = pair.votes.filter((vote) => !corrected.has(vote.id));
    check(`${pair.id} persons`, new Set(current.map((vote) => vote.personId)).size, current.length);
    const counted = current.filter((vote) => vote.outcome && !vote.surplus);
    check(`${pair.id} decided`, pair.decided, counted.length);
    check(`${pair.id} claimed`, pair.claimed, pair.claims.filter((claim) => claim.state === "open").length);
    if (pair.decided + pair.claimed > pair.wanted) violations.push(`${pair.id} is over-assigned`);
    for (const vote of counted) {
      const claim = pair.claims.find(({ personId }) => personId === vote.personId);
      check(`${pair.id} claim of a counted vote`, claim?.state, "decided");
      check(`${pair.id} side of a counted vote`, vote.swapped, claim?.swapped);
      const sides = [setOf.get(pair.firstAnswerId), setOf.get(pair.secondAnswerId)];
      if (vote.swapped) sides.reverse();
      tallied.push([...sides, vote.personId, pair.promptId, vote.outcome].join(" "));
    }
  }
  check("votes cast", comparison.votesCast, tallied.length);
  const rows = await database().voteTally.findMany({ where: { comparisonId } });
  const stored = rows.flatMap((row) => {
    const key = [row.firstAnswerSetId, row.secondAnswerSetId, row.personId, row.promptId].join(" ");
    const times = (count: number, outcome: string) =>
      count < 0 ? [`${key} ${outcome} ${count}`] : Array.from({ length: count }, () => `${key} ${outcome}`);
    return [
      ...times(row.firstWins, "first"),
      ...times(row.secondWins, "second"),
      ...times(row.ties, "tie"),
      ...times(row.bothBad, "both_bad"),
      ...times(row.cannotJudge, "cannot_judge"),
    ];
  });
  check("tallies", stored.sort(), tallied.sort());
  return violations;
}
