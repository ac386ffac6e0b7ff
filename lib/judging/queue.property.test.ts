import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeComparison } from "./change-comparison";
import { lapsePairClaims } from "./lapse-claims";
import { voteOutcomes } from "./schema";
import { findViolations } from "./testing/find-violations";
import { makeComparison } from "./testing/make-comparison";
import { claim, letClaimsExpire, release, submit, voteOn, workThrough } from "./testing/work";

useTestDatabase();

async function makePeople(count: number): Promise<{ owner: StudyActor; judges: StudyActor[] }> {
  const studyId = await makeStudy();
  const owner = await makeMember(studyId, "owner");
  const judges = await Promise.all(Array.from({ length: count }, () => makeMember(studyId, "clinician")));
  return { owner, judges };
}

/** What a judge may do at any time; `choice` picks among what they have in hand. */
const action = fc.record({
  judge: fc.nat(),
  kind: fc.constantFrom(
    "claim",
    "claim",
    "vote",
    "vote",
    "vote",
    "correct",
    "withdraw",
    "again",
    "leave",
    "vanish",
    "lapse",
  ),
  choice: fc.nat(),
  outcome: fc.constantFrom(...voteOutcomes),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const scenario = fc.record({
  judges: fc.integer({ min: 2, max: 5 }),
  prompts: fc.integer({ min: 1, max: 8 }),
  votesPerPair: fc.integer({ min: 1, max: 3 }),
  /** how many act at the same time */
  together: fc.integer({ min: 1, max: 6 }),
  actions: fc.array(action, { minLength: 10, maxLength: 50 }),
});

/** A browser: what it has on the screen, and all that it ever sent. */
class Browser {
  readonly hand: string[] = [];
  readonly sent: ReturnType<typeof voteOn>[] = [];
  claimedUntil = new Date(0).toISOString();

  constructor(
    readonly judge: StudyActor,
    readonly comparisonId: string,
  ) {}

  async act({ kind, choice, outcome }: Action): Promise<unknown> {
    const { judge, comparisonId } = this;
    const inHand = this.hand[choice % Math.max(1, this.hand.length)];
    const before = this.sent[choice % Math.max(1, this.sent.length)];
    const send = (pairId: string, chosen: typeof outcome | null) => {
      const vote = voteOn(pairId, chosen);
      this.sent.push(vote);
      return submit(judge, comparisonId, vote);
    };
    if (kind === "claim") {
      const { pairs, claimedUntil } = await claim(judge, comparisonId, 1 + (choice % 4), this.hand);
      for (const pair of pairs) if (!this.hand.includes(pair.id)) this.hand.push(pair.id);
      this.claimedUntil = claimedUntil;
    }
    if (kind === "vote" && inHand) {
      this.hand.splice(this.hand.indexOf(inHand), 1);
      return send(inHand, outcome);
    }
    if (kind === "correct" && before) return send(before.pairId, outcome);
    if (kind === "withdraw" && before) return send(before.pairId, null);
    if (kind === "again" && before) return submit(judge, comparisonId, before);
    if (kind === "leave") return release(judge, comparisonId, this.claimedUntil);
    // A lost browser: it forgets what it had, and the server knows nothing of it.
    if (kind === "vanish") this.hand.length = 0;
    if (kind === "lapse") {
      await letClaimsExpire(comparisonId, judge.personId);
      await lapsePairClaims(comparisonId);
    }
    return undefined;
  }
}

/** Refusals that a judge may meet; anything else (a broken constraint, a deadlock) is a fault. */
const expected = ["nothing_to_withdraw", "pair_not_claimed"];

describe("the queue of pairs", () => {
  it("gives the last pair to one of two, tells the other that nothing is left, and passes it on when the first leaves", async () => {
    const { owner, judges } = await makePeople(2);
    const { id } = await makeComparison(owner, judges, { prompts: 1 });
    const answers = await Promise.all(judges.map((judge) => claim(judge, id)));
    expect(answers.map(({ pairs }) => pairs.length).sort()).toEqual([0, 1]);
    const first = answers.findIndex(({ pairs }) => pairs.length === 1);
    const [holder, other] = [judges[first], judges[1 - first]] as [StudyActor, StudyActor];
    await release(holder, id, String(answers[first]?.claimedUntil));
    const [pair] = (await claim(other, id)).pairs;
    expect(pair?.id).toBe(answers[first]?.pairs[0]?.id);
    expect((await claim(holder, id)).pairs).toEqual([]);
    // What the first decided before they left arrives late: kept, and counted only where it is still wanted.
    await submit(other, id, voteOn(String(pair?.id), "first"));
    expect((await submit(holder, id, voteOn(String(pair?.id), "tie"))).results[0]?.status).toBe("kept");
    expect(await database().vote.count({ where: { comparisonId: id, surplus: true } })).toBe(1);
    expect(await findViolations(id)).toEqual([]);
  });

  it("releases what a judge holds when they leave, but not what another window has renewed since", async () => {
    const { owner, judges } = await makePeople(2);
    const [anna, bert] = judges as [StudyActor, StudyActor];
    const { id } = await makeComparison(owner, judges, { prompts: 2 });
    const firstWindow = await claim(anna, id, 2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const secondWindow = await claim(anna, id, 2);
    await release(anna, id, firstWindow.claimedUntil);
    expect((await claim(bert, id, 2)).pairs).toEqual([]);
    await release(anna, id, secondWindow.claimedUntil);
    expect((await claim(bert, id, 2)).pairs).toHaveLength(2);
    expect(await findViolations(id)).toEqual([]);
  });

  it("lets go of pairs for the judge's own name only, also once the comparison is closed", async () => {
    const { owner, judges } = await makePeople(2);
    const [anna, bert] = judges as [StudyActor, StudyActor];
    const { id } = await makeComparison(owner, [anna], { prompts: 1 });
    const { claimedUntil } = await claim(anna, id);
    await expect(release(bert, id, claimedUntil)).rejects.toMatchObject({ status: 403, code: "not_in_comparison" });
    const stranger = await makeMember(await makeStudy(), "clinician");
    await expect(release(stranger, id, claimedUntil)).rejects.toMatchObject({ status: 404 });
    await closeComparison(owner, id);
    await release(anna, id, claimedUntil);
    expect(await findViolations(id)).toEqual([]);
  });

  it("hands no pair to more people than wanted when eight claim at the same moment, again and again", async () => {
    const { owner, judges } = await makePeople(8);
    const { id } = await makeComparison(owner, judges, { prompts: 24, votesPerPair: 3 });
    const answers = await Promise.all([...judges, ...judges].map((judge) => claim(judge, id, 4)));
    expect(await findViolations(id)).toEqual([]);
    const holders = new Map<string, Set<number>>();
    for (const [index, { pairs }] of answers.entries()) {
      for (const pair of pairs) holders.set(pair.id, (holders.get(pair.id) ?? new Set()).add(index % judges.length));
    }
    expect(Math.max(...[...holders.values()].map((people) => people.size))).toBeLessThanOrEqual(3);
    await Promise.all(judges.map((judge) => workThrough(judge, id, () => "tie")));
    // Somebody may have found nothing while another still held a pair.
    for (const judge of judges) await workThrough(judge, id, () => "tie");
    expect(await findViolations(id)).toEqual([]);
    expect((await database().comparison.findUniqueOrThrow({ where: { id } })).votesCast).toBe(72);
  });

  it("does not hand a pair out again to whose late vote on it is being counted at this moment", async () => {
    const { owner, judges } = await makePeople(2);
    const [anna] = judges as [StudyActor];
    for (let time = 0; time < 25; time++) {
      const { id } = await makeComparison(owner, judges, { prompts: 1, votesPerPair: 2 });
      const [pair] = (await claim(anna, id)).pairs;
      await letClaimsExpire(id, anna.personId);
      await lapsePairClaims(id);
      await Promise.all([submit(anna, id, voteOn(String(pair?.id), "first")), claim(anna, id)]);
      expect(await findViolations(id)).toEqual([]);
    }
  });

  it("assigns nothing too often, loses nothing, counts each vote once, and always comes to an end", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ judges: count, prompts, votesPerPair, together, actions }) => {
        const { owner, judges } = await makePeople(count);
        const { id } = await makeComparison(owner, judges, { prompts, votesPerPair });
        const browsers = judges.map((judge) => new Browser(judge, id));
        for (let start = 0; start < actions.length; start += together) {
          const outcomes = await Promise.allSettled(
            actions.slice(start, start + together).map((one) => browsers[one.judge % browsers.length]?.act(one)),
          );
          for (const outcome of outcomes) {
            if (outcome.status === "rejected" && !expected.includes(outcome.reason.code)) throw outcome.reason;
          }
        }
        expect(await findViolations(id)).toEqual([]);

        // Whatever happened: when everyone goes on judging, the comparison gets all that it wants.
        await letClaimsExpire(id);
        for (const judge of judges) await workThrough(judge, id, () => "cannot_judge");
        expect(await findViolations(id)).toEqual([]);
        const { votesCast, wanted } = await database().comparison.findUniqueOrThrow({ where: { id } });
        expect(votesCast).toBe(wanted);
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 20), endOnFailure: true },
    );
  });
});
