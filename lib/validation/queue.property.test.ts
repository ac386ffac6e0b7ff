import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { lapseClaims } from "./lapse-claims";
import { llmOutcomes } from "./quality/schema";
import { releaseClaims } from "./release-claims";
import { decisionLabels } from "./schema";
import { skipItem } from "./skip-item";
import { tallyLabels } from "./tally-labels";
import { adjudicate, claimDisputed } from "./testing/adjudicate";
import { findViolations } from "./testing/find-violations";
import { addLabels, makeLabelling, makeRound } from "./testing/make-round";
import { claim, decisionOn, letClaimsExpire, submit, workThrough } from "./testing/work";

useTestDatabase();

/** What a person may do at any time; `choice` picks among what they have in hand. */
const action = fc.record({
  person: fc.nat(),
  kind: fc.constantFrom(
    "claim",
    "claim",
    "decide",
    "decide",
    "decide",
    "decide",
    "correct",
    "withdraw",
    "withdraw",
    "again",
    "skip",
    "leave",
    "vanish",
    "lapse",
    "label",
    "tally",
    "adjudicate",
    "adjudicate",
    "unadjudicate",
  ),
  choice: fc.nat(),
  label: fc.constantFrom(...decisionLabels),
  flagged: fc.boolean(),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const scenarioOf = (sizes: Record<"people" | "items" | "together", [number, number]>, mostActions: number) =>
  fc.record({
    people: fc.integer({ min: sizes.people[0], max: sizes.people[1] }),
    items: fc.integer({ min: sizes.items[0], max: sizes.items[1] }),
    doubleShare: fc.constantFrom(0, 0.3, 1),
    repeatShare: fc.constantFrom(0, 0.5),
    /** how many act at the same time */
    together: fc.integer({ min: sizes.together[0], max: sizes.together[1] }),
    actions: fc.array(action, { minLength: 10, maxLength: mostActions }),
  });

/** A few people, whose every turn can be followed, and now and then a crowd at the same few documents. */
const scenario = fc.oneof(
  { weight: 6, arbitrary: scenarioOf({ people: [2, 5], items: [1, 10], together: [1, 6] }, 60) },
  { weight: 1, arbitrary: scenarioOf({ people: [30, 50], items: [5, 25], together: [10, 50] }, 150) },
);

/** A browser: what it has on the screen, and all that it ever sent. */
class Browser {
  readonly hand: string[] = [];
  readonly sent: ReturnType<typeof decisionOn>[] = [];
  readonly adjudicated: string[] = [];
  claimedUntil = new Date(0).toISOString();

  constructor(
    readonly person: StudyActor,
    readonly roundId: string,
    readonly labelling: { id: string; drawId: string; unlabelled: string[] },
    readonly adjudicates: boolean,
  ) {}

  async act({ kind, choice, label, flagged }: Action): Promise<unknown> {
    const { person, roundId } = this;
    const inHand = this.hand[choice % Math.max(1, this.hand.length)];
    const before = this.sent[choice % Math.max(1, this.sent.length)];
    const send = (itemId: string, chosen: typeof label | null) => {
      const decision = decisionOn(itemId, chosen, { idempotencyKey: randomUUID(), flags: flagged ? ["other"] : [] });
      this.sent.push(decision);
      return submit(person, roundId, decision);
    };
    if (kind === "claim") {
      const answer = await claim(person, roundId, 1 + (choice % 4), this.hand);
      for (const item of answer.items) if (!this.hand.includes(item.id)) this.hand.push(item.id);
      this.claimedUntil = answer.claimedUntil;
    }
    if (kind === "decide" && inHand) {
      this.hand.splice(this.hand.indexOf(inHand), 1);
      return send(inHand, label);
    }
    if (kind === "correct" && before) return send(before.itemId, label);
    if (kind === "withdraw" && before) return send(before.itemId, null);
    if (kind === "again" && before) return submit(person, roundId, before);
    if (kind === "skip" && inHand) {
      this.hand.splice(this.hand.indexOf(inHand), 1);
      return skipItem(person, roundId, { personId: person.personId, itemId: inHand });
    }
    if (kind === "leave") {
      return releaseClaims(person, roundId, { personId: person.personId, claimedUntil: this.claimedUntil });
    }
    // A lost browser: it forgets what it had, and the server knows nothing of it.
    if (kind === "vanish") this.hand.length = 0;
    if (kind === "lapse") {
      await letClaimsExpire(roundId, person.personId);
      await lapseClaims(roundId);
    }
    if (kind === "label") {
      const itemId = this.labelling.unlabelled.pop();
      if (itemId) await addLabels(this.labelling.id, new Map([[itemId, "medical"]]));
    }
    if (kind === "adjudicate" && this.adjudicates) {
      const { items } = await claimDisputed(person, roundId, 1 + (choice % 3));
      const item = items[choice % Math.max(1, items.length)];
      if (item) {
        await adjudicate(person, roundId, item.id, label);
        this.adjudicated.push(item.id);
      }
    }
    if (kind === "unadjudicate" && this.adjudicates) {
      const item = this.adjudicated[choice % Math.max(1, this.adjudicated.length)];
      if (item) await adjudicate(person, roundId, item, null);
    }
    if (kind === "tally") await tallyLabels(roundId, this.labelling.id);
    return undefined;
  }
}

/** Refusals that a person may meet; anything else (a broken constraint, a deadlock) is a fault. */
const expected = ["nothing_to_withdraw", "item_not_claimed"];

describe("the queue under random interleavings", () => {
  it("assigns nothing too often, loses nothing, counts each decision once, and always comes to an end", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ people, items, doubleShare, repeatShare, together, actions }) => {
        const studyId = await makeStudy();
        const owner = await makeMember(studyId, "owner");
        // Half of them may adjudicate too, though never a document that was theirs.
        const persons = await Promise.all(
          Array.from({ length: people }, (_, index) => makeMember(studyId, index % 2 ? "adjudicator" : "clinician")),
        );
        const strata = [
          { populationSize: 100, sampleSize: Math.ceil(items / 2) },
          { populationSize: 50, sampleSize: Math.max(1, Math.floor(items / 2)) },
        ];
        const { roundId, drawId, itemIds } = await makeRound(owner, persons, { strata, doubleShare, repeatShare });
        const half = Math.ceil(itemIds.length / 2);
        const labelled = new Map(itemIds.slice(0, half).map((id, index) => [id, llmOutcomes[index % 3] ?? "unusable"]));
        const labelling = {
          id: await makeLabelling(studyId, drawId, labelled),
          drawId,
          unlabelled: itemIds.slice(half),
        };
        await tallyLabels(roundId, labelling.id);
        const browsers = persons.map((person, index) => new Browser(person, roundId, labelling, index % 2 === 1));

        for (let start = 0; start < actions.length; start += together) {
          const outcomes = await Promise.allSettled(
            actions.slice(start, start + together).map((one) => browsers[one.person % browsers.length]?.act(one)),
          );
          for (const outcome of outcomes) {
            if (outcome.status === "rejected" && !expected.includes(outcome.reason.code)) throw outcome.reason;
          }
        }
        expect(await findViolations(roundId)).toEqual([]);

        // Whatever happened: when everyone goes on working, the round gets all that it wants.
        await letClaimsExpire(roundId);
        for (const person of persons) await workThrough(person, roundId);
        await tallyLabels(roundId, labelling.id);
        expect(await findViolations(roundId)).toEqual([]);
        const unfinished = await database().roundItem.findMany({
          where: { roundId, decided: { lt: database().roundItem.fields.wanted } },
        });
        expect(unfinished).toEqual([]);
        const round = await database().round.findUniqueOrThrow({ where: { id: roundId } });
        expect(round.decided).toBe(round.wanted);
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 25), endOnFailure: true },
    );
  });

  it("hands nothing out twice to forty claims at the same moment", async () => {
    const studyId = await makeStudy();
    const owner = await makeMember(studyId, "owner");
    const persons = await Promise.all(Array.from({ length: 20 }, () => makeMember(studyId, "clinician")));
    const { roundId } = await makeRound(owner, persons, {
      strata: [{ populationSize: 1000, sampleSize: 60 }],
      doubleShare: 0.5,
    });
    const answers = await Promise.all([...persons, ...persons].map((person) => claim(person, roundId, 4)));
    expect(await findViolations(roundId)).toEqual([]);
    const handed = new Set(answers.flatMap((answer) => answer.items.map((item) => item.id)));
    expect(handed.size).toBeGreaterThan(40);
    await Promise.all(
      persons.map((person, index) => workThrough(person, roundId, () => (index % 3 ? "medical" : "non_medical"))),
    );
    // Somebody may have found nothing while another still held a document.
    for (const person of persons) await workThrough(person, roundId);
    expect(await findViolations(roundId)).toEqual([]);
    const round = await database().round.findUniqueOrThrow({ where: { id: roundId } });
    expect(round.decided).toBe(90);
  });
});
