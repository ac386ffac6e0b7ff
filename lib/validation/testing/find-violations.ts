import { database } from "@/lib/platform/database/client";
import { agree, goldOf, goldStateOf, isContested, patternOf } from "../rules";
import type { DecisionLabel } from "../schema";

const tallyOf = (keys: (string | null)[]) => {
  const tally: Record<string, number> = {};
  for (const key of keys) if (key !== null) tally[key] = (tally[key] ?? 0) + 1;
  return tally;
};

type Verdict = {
  id: string;
  personId: string;
  label: DecisionLabel | null;
  surplus: boolean;
  correctsId: string | null;
};

/** The adjudication that counts. */
function verdictOf(adjudications: Verdict[]): Verdict | undefined {
  const corrected = new Set(adjudications.map((one) => one.correctsId));
  return adjudications.find((one) => !corrected.has(one.id) && one.label && !one.surplus);
}

/**
 * Works out from the appended rows alone what every count must be, and tells where the stored ones differ. An empty list:
 * nothing was handed out or counted too often, and nothing was lost.
 */
export async function findViolations(roundId: string): Promise<string[]> {
  const round = await database().round.findUniqueOrThrow({
    where: { id: roundId },
    include: { members: true, draw: { select: { parentDrawId: true } } },
  });
  const items = await database().roundItem.findMany({
    where: { roundId },
    include: { claims: true, decisions: true, adjudications: true },
  });
  const violations: string[] = [];
  const check = (what: string, stored: unknown, found: unknown) => {
    if (JSON.stringify(stored) !== JSON.stringify(found)) {
      violations.push(`${what}: stored ${JSON.stringify(stored)}, found ${JSON.stringify(found)}`);
    }
  };
  const settled = items.map((item) => {
    const corrected = new Set(item.decisions.map((decision) => decision.correctsId));
    const current = item.decisions.filter((decision) => !corrected.has(decision.id));
    check(`${item.id} persons`, new Set(current.map((one) => one.personId)).size, current.length);
    const counted = current.flatMap((one) =>
      one.label && !one.surplus ? [{ ...one, label: one.label as DecisionLabel }] : [],
    );
    const { agreed, disputed } = agree(counted.map((one) => one.label));
    const flagged = counted.some((one) => one.flags.length > 0);
    const verdict = verdictOf(item.adjudications);
    const gold = goldOf(agreed, verdict?.label ?? null);
    check(`${item.id} decided`, item.decided, counted.length);
    check(`${item.id} claimed`, item.claimed, item.claims.filter((claim) => claim.state === "open").length);
    check(`${item.id} gold`, item.gold, gold);
    check(`${item.id} disputed`, item.disputed, disputed);
    check(`${item.id} agreed`, item.agreed, agreed);
    check(`${item.id} settled`, item.settled, verdict?.label ?? null);
    check(`${item.id} flagged`, item.flagged, flagged);
    check(`${item.id} contested`, item.contested, isContested(counted.length, agreed, flagged));
    if (verdict && item.decisions.some((one) => one.personId === verdict.personId)) {
      violations.push(`${item.id} was adjudicated by somebody who decided on it`);
    }
    if (item.decided + item.claimed > item.wanted) violations.push(`${item.id} is over-assigned`);
    for (const one of counted) {
      const claim = item.claims.find((claim) => claim.personId === one.personId);
      check(`${item.id} claim of a counted decision`, claim?.state, "decided");
    }
    const people = current.filter((one) => one.label).map((one) => one.personId);
    const highlighted = counted.filter((one) => one.highlighted).length;
    return { item, gold: goldStateOf(counted.length, gold), pattern: patternOf(counted), people, highlighted };
  });
  check(
    "round decided",
    round.decided,
    items.reduce((sum, item) => sum + item.decided, 0),
  );
  check(
    "round highlighted",
    round.highlighted,
    settled.reduce((sum, { highlighted }) => sum + highlighted, 0),
  );
  for (const member of round.members) {
    const own = settled.filter(({ people }) => people.includes(member.personId)).length;
    check(`member ${member.personId} decided`, member.decided, own);
  }
  const repeats = await database().repeat.findMany({ where: { roundId }, include: { decisions: true } });
  for (const repeat of repeats) {
    const corrected = new Set(repeat.decisions.map((decision) => decision.correctsId));
    const current = repeat.decisions.filter((decision) => !corrected.has(decision.id));
    check(`repeat ${repeat.id} label`, repeat.label, current[0]?.label ?? null);
    check(`repeat ${repeat.id} current`, Math.min(1, repeat.decisions.length), current.length);
  }
  for (const { personId, repeated } of round.members) {
    const own = repeats.filter((repeat) => repeat.personId === personId && repeat.label !== null);
    check(`member ${personId} repeated`, repeated, own.length);
  }
  const sorted = (tally: Record<string, number>) => Object.entries(tally).sort();
  const agreement = await database().agreementTally.findMany({ where: { roundId, count: { gt: 0 } } });
  check(
    "agreement",
    sorted(Object.fromEntries(agreement.map((row) => [row.pattern, row.count]))),
    sorted(tallyOf(settled.map(({ pattern }) => pattern))),
  );
  const tallied = await database().talliedLabelling.findMany({ where: { roundId }, include: { labellingRun: true } });
  for (const { labellingRunId, labels, labellingRun: run } of tallied) {
    if (labels !== run.medical + run.nonMedical + run.unusable) continue;
    const outcomes = new Map(
      (await database().llmLabel.findMany({ where: { labellingRunId } })).map((label) => [label.itemId, label.outcome]),
    );
    const found = settled.map(({ item, gold }) => {
      const outcome = outcomes.get(item.itemId);
      return gold && outcome ? `${item.stratumId} ${outcome} ${gold}` : null;
    });
    // Of a second phase they are those of the first.
    if (!round.draw.parentDrawId) {
      const predicted = await database().predictionTally.findMany({ where: { roundId, labellingRunId } });
      check(
        `predictions of ${labellingRunId}`,
        sorted(Object.fromEntries(predicted.map((row) => [`${row.stratumId} ${row.outcome}`, row.count]))),
        sorted(
          tallyOf(
            items.map((item) => (outcomes.has(item.itemId) ? `${item.stratumId} ${outcomes.get(item.itemId)}` : null)),
          ),
        ),
      );
    }
    const stored = await database().qualityTally.findMany({ where: { roundId, labellingRunId, count: { gt: 0 } } });
    check(
      `quality of ${labellingRunId}`,
      sorted(Object.fromEntries(stored.map((row) => [`${row.stratumId} ${row.outcome} ${row.gold}`, row.count]))),
      sorted(tallyOf(found)),
    );
  }
  return violations;
}
