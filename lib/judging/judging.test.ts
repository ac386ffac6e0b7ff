import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeComparison, openComparison } from "./change-comparison";
import { claimPairs } from "./claim-pairs";
import { createComparison } from "./create-comparison";
import { mostLateVotes } from "./keep-late-vote";
import { lapsePairClaims } from "./lapse-claims";
import { readComparison, verifyBlinding } from "./read-comparisons";
import { fitLeaderboard, readLeaderboard } from "./read-leaderboard";
import type { VoteOutcome } from "./schema";
import { submitVotes } from "./submit-votes";
import { makeComparison } from "./testing/make-comparison";
import { claim, letClaimsExpire, release, submit, voteOn, workThrough } from "./testing/work";

useTestDatabase();

const forStrong = ({ first }: { first: string }): VoteOutcome => (first.startsWith("strong") ? "first" : "second");

/** Votes that count, counted from the votes themselves. */
async function countedVotes(comparisonId: string): Promise<Record<string, number>> {
  const rows = await database().$queryRaw<{ outcome: string; votes: number }[]>`
    select vote."outcome"::text as "outcome", count(*)::int as "votes" from "Vote" vote
    where vote."comparisonId" = ${comparisonId}::uuid and vote."outcome" is not null and not vote."surplus"
      and not exists (select 1 from "Vote" later where later."correctsId" = vote."id")
    group by 1`;
  return Object.fromEntries(rows.map(({ outcome, votes }) => [outcome, votes]));
}

async function expectTalliesToMatch(comparisonId: string): Promise<void> {
  const { _sum } = await database().voteTally.aggregate({
    where: { comparisonId },
    _sum: { firstWins: true, secondWins: true, ties: true, bothBad: true, cannotJudge: true },
  });
  const votes = await countedVotes(comparisonId);
  expect({
    first: _sum.firstWins ?? 0,
    second: _sum.secondWins ?? 0,
    tie: _sum.ties ?? 0,
    both_bad: _sum.bothBad ?? 0,
    cannot_judge: _sum.cannotJudge ?? 0,
  }).toEqual({ first: 0, second: 0, tie: 0, both_bad: 0, cannot_judge: 0, ...votes });
  const { votesCast } = await database().comparison.findUniqueOrThrow({ where: { id: comparisonId } });
  expect(votesCast).toBe(Object.values(votes).reduce((sum, count) => sum + count, 0));
  const pairs = await database().pair.findMany({ where: { comparisonId } });
  expect(pairs.every((pair) => pair.decided + pair.claimed <= pair.wanted && pair.claimed >= 0)).toBe(true);
}

describe("a blind comparison", () => {
  let owner: StudyActor;
  let anna: StudyActor;
  let bert: StudyActor;
  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    anna = await makeMember(studyId, "clinician");
    bert = await makeMember(studyId, "clinician");
  });

  it("hands out each pair as often as wanted, however many claim at once, and nothing but texts", async () => {
    const cleo = await makeMember(owner.studyId, "clinician");
    const judges = [anna, bert, cleo];
    const { id } = await makeComparison(owner, judges, { prompts: 6, votesPerPair: 2 });
    const answers = await Promise.all([...judges, ...judges].map((judge) => claim(judge, id, 4)));
    for (const pair of answers.flatMap(({ pairs }) => pairs)) {
      expect(Object.keys(pair).sort()).toEqual(["first", "id", "prompt", "second"]);
    }
    await expectTalliesToMatch(id);
    const done = await Promise.all(judges.map((judge) => workThrough(judge, id, () => "tie")));
    // Nothing may be left over by someone who found the last pairs in other hands.
    for (const judge of judges) done.push(await workThrough(judge, id, () => "tie"));
    expect(done.reduce((sum, count) => sum + count, 0)).toBe(12);
    await expectTalliesToMatch(id);
    const claims = await database().pairClaim.groupBy({ by: ["pairId"], where: { comparisonId: id }, _count: true });
    expect(claims.every(({ _count }) => _count === 2)).toBe(true);
  });

  it("needs two answer sets of different checkpoints to one prompt set, and members of the study", async () => {
    const { id, strong, weak } = await makeComparison(owner, [anna], { open: false });
    const { promptSetId } = await database().comparison.findUniqueOrThrow({ where: { id } });
    const elsewhere = await makeComparison(owner, [anna], { open: false });
    const stranger = await makeMember(await makeStudy(), "clinician");
    const before = await database().comparison.count();
    const create = (answerSetIds: string[], memberIds = [anna.personId]) =>
      createComparison(owner, { name: "C", promptSetId, answerSetIds, memberIds, votesPerPair: 1 });
    await expect(create([])).rejects.toMatchObject({ status: 422, code: "contestants_too_few" });
    await expect(create([strong])).rejects.toMatchObject({ status: 422, code: "contestants_too_few" });
    await expect(create([strong, strong])).rejects.toMatchObject({ status: 422, code: "contestant_twice" });
    await expect(create([strong, elsewhere.weak])).rejects.toMatchObject({ status: 422, code: "answer_sets_differ" });
    await expect(create([strong, weak], [stranger.personId])).rejects.toMatchObject({ code: "not_members" });
    await expect(create([strong, randomUUID()])).rejects.toMatchObject({ status: 404, code: "not_found" });
    expect(await database().comparison.count()).toBe(before);
  });

  it("takes a model behind an endpoint as any other, once, by its name", async () => {
    const made = await makeComparison(owner, [anna], { prompts: 3, open: false });
    const { promptSetId } = await database().comparison.findUniqueOrThrow({ where: { id: made.id } });
    const endpoint = await database().llmEndpoint.create({ data: { name: "E", baseUrl: "http://e/v1", model: "big" } });
    const answers = await database().answer.findMany({ where: { answerSetId: made.weak } });
    const ask = async () => {
      const given = { ...{ studyId: owner.studyId, promptSetId }, address: `store:${randomUUID()}`, digest: "0" };
      const set = await database().answerSet.create({
        data: {
          ...given,
          endpointGenerationId: (
            await database().endpointGeneration.create({
              data: {
                ...{ studyId: owner.studyId, promptSetId, endpointId: endpoint.id },
                ...{ model: "big", host: "e", parameters: {}, seed: 1, total: 3 },
              },
            })
          ).id,
          answers: {
            create: answers.map(({ promptId }) => ({ promptId, text: "big answer", tokens: 2, finish: "stop" })),
          },
        },
      });
      return set.id;
    };
    const [one, two] = [await ask(), await ask()];
    const create = (answerSetIds: string[]) =>
      createComparison(owner, { name: "C", promptSetId, answerSetIds, memberIds: [anna.personId], votesPerPair: 1 });
    await expect(create([one, two])).rejects.toMatchObject({ status: 422, code: "contestant_twice" });
    const { id } = await create([made.strong, one]);
    const { contestants } = await readComparison(owner, id);
    expect(contestants.map(({ checkpointName, runId }) => [checkpointName, runId === null]).sort()).toEqual([
      ["big", true],
      ["strong", false],
    ]);
    await openComparison(owner, id);
    await workThrough(anna, id, ({ first }) => (first === "big answer" ? "first" : "second"));
    await closeComparison(owner, id);
    const { contestants: ranked } = await readLeaderboard(owner, id, false);
    expect(ranked.map(({ name, checkpointId }) => [name, checkpointId === null])).toEqual([
      ["big", true],
      ["strong", false],
    ]);
  });

  it("is opened once, however many press at the same moment, and not without judges", async () => {
    const { id } = await makeComparison(owner, [anna], { prompts: 3, open: false });
    await expect(claim(anna, id)).rejects.toMatchObject({ status: 409, code: "comparison_not_open" });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => openComparison(owner, id)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        expect(outcome.reason).toMatchObject({ status: 409, code: "comparison_not_draft" });
      }
    }
    expect(await database().pair.count({ where: { comparisonId: id } })).toBe(3);
    const nobody = await makeComparison(owner, [], { open: false });
    await expect(openComparison(owner, nobody.id)).rejects.toMatchObject({ status: 422, code: "no_judges" });
    await database().answer.deleteMany({ where: { answerSetId: nobody.weak } });
    await database().comparisonMember.create({ data: { comparisonId: nobody.id, personId: anna.personId } });
    await expect(openComparison(owner, nobody.id)).rejects.toMatchObject({ status: 422, code: "no_pairs" });
    expect(await readComparison(owner, nobody.id)).toMatchObject({ state: "draft", pairs: 0, assignmentHash: null });
  });

  it("keeps a vote that arrives twice once, also when both arrive at the same time", async () => {
    const { id } = await makeComparison(owner, [anna]);
    const [pair] = (await claim(anna, id)).pairs;
    const vote = voteOn(String(pair?.id), "first");
    await Promise.all([submit(anna, id, vote), submit(anna, id, vote)]);
    expect((await submit(anna, id, vote)).results).toMatchObject([{ status: "kept" }]);
    expect(await database().vote.count({ where: { comparisonId: id } })).toBe(1);
    await expectTalliesToMatch(id);
  });

  it("withdraws a vote, shows the pair again, and counts only the later one", async () => {
    const { id } = await makeComparison(owner, [anna], { prompts: 1 });
    const [pair] = (await claim(anna, id)).pairs;
    const pairId = String(pair?.id);
    await submit(anna, id, voteOn(pairId, "first"));
    await submit(anna, id, voteOn(pairId, null));
    expect(await countedVotes(id)).toEqual({});
    await expectTalliesToMatch(id);
    expect((await claim(anna, id)).pairs).toEqual([pair]);
    await submit(anna, id, voteOn(pairId, "both_bad"));
    expect(await countedVotes(id)).toEqual({ both_bad: 1 });
    await expectTalliesToMatch(id);
  });

  it("keeps a vote that comes after its claim lapsed and another has voted, without counting it", async () => {
    const { id } = await makeComparison(owner, [anna, bert], { prompts: 1 });
    const [pair] = (await claim(anna, id)).pairs;
    const pairId = String(pair?.id);
    await database().pairClaim.updateMany({ where: { comparisonId: id }, data: { lapsesAt: new Date(0) } });
    expect(await lapsePairClaims(id)).toBe(1);
    expect(await workThrough(bert, id, () => "tie")).toBe(1);
    expect((await submit(anna, id, voteOn(pairId, "first"))).results).toMatchObject([{ status: "kept" }]);
    expect(await countedVotes(id)).toEqual({ tie: 1 });
    expect(await database().vote.count({ where: { comparisonId: id, surplus: true } })).toBe(1);
    await expectTalliesToMatch(id);
  });

  it("does not hand out again what the browser holds voted on, though it was given back or has lapsed", async () => {
    const { id } = await makeComparison(owner, [anna], { prompts: 3 });
    const { pairs, claimedUntil } = await claim(anna, id, 2);
    const voted = pairs.map((pair) => pair.id);
    await release(anna, id, claimedUntil);
    const more = (await claim(anna, id, 8, voted)).pairs.map((pair) => pair.id);
    expect(more).toHaveLength(1);
    expect(voted).not.toContain(more[0]);
    await letClaimsExpire(id);
    expect((await claim(anna, id, 8, [...voted, ...more])).pairs).toEqual([]);
    await submit(anna, id, ...voted.map((pairId) => voteOn(pairId, "tie")));
    expect((await claim(anna, id, 8)).pairs.map((pair) => pair.id)).toEqual(more);
    await expectTalliesToMatch(id);
  });

  it("counts a win for the same answer, whichever side it was shown on", async () => {
    const made = await makeComparison(owner, [anna, bert], { prompts: 12, votesPerPair: 2 });
    for (const judge of [anna, bert]) expect(await workThrough(judge, made.id, forStrong)).toBe(12);
    const votes = await countedVotes(made.id);
    expect(votes.first).toBeGreaterThan(0);
    expect(votes.second).toBeGreaterThan(0);
    await expectTalliesToMatch(made.id);
    const { contestants, headToHead } = await readLeaderboard(owner, made.id, false);
    expect(contestants.find(({ answerSetId }) => answerSetId === made.strong)).toMatchObject({ wins: 24, losses: 0 });
    expect(contestants.find(({ answerSetId }) => answerSetId === made.weak)).toMatchObject({ wins: 0, losses: 24 });
    expect(headToHead).toHaveLength(1);
  });

  it("shows the votes as they are now: a correction leaves their number alone, as do a withdrawal and another vote", async () => {
    const { id, strong } = await makeComparison(owner, [anna], { prompts: 4 });
    const { pairs } = await claim(anna, id, 4);
    const winner = (pair: { first: string; second: string }) => forStrong(pair);
    const loser = (pair: { first: string; second: string }) => (forStrong(pair) === "first" ? "second" : "first");
    await submit(anna, id, ...pairs.map((pair) => voteOn(pair.id, winner(pair))));
    const strongs = async () => {
      const { contestants, votesCast } = await readLeaderboard(owner, id, false);
      const { wins, losses, ties } = contestants.find(({ answerSetId }) => answerSetId === strong) ?? {};
      return { votesCast, wins, losses, ties };
    };
    expect(await strongs()).toEqual({ votesCast: 4, wins: 4, losses: 0, ties: 0 });
    const [one, two] = pairs;
    if (!one || !two) throw new Error("There are two pairs.");
    await submit(anna, id, voteOn(one.id, loser(one)));
    expect(await strongs()).toEqual({ votesCast: 4, wins: 3, losses: 1, ties: 0 });
    await submit(anna, id, voteOn(two.id, null));
    expect(await strongs()).toEqual({ votesCast: 3, wins: 2, losses: 1, ties: 0 });
    await submit(anna, id, voteOn(two.id, "tie"));
    expect(await strongs()).toEqual({ votesCast: 4, wins: 2, losses: 1, ties: 1 });
  });

  it("shows what is known of the answers now, though no vote came after it", async () => {
    const { id, strong } = await makeComparison(owner, [anna]);
    await workThrough(anna, id, forStrong);
    const strongs = async () =>
      (await readLeaderboard(owner, id, false)).contestants.find(({ answerSetId }) => answerSetId === strong);
    expect(await strongs()).toMatchObject({ mixed: null, meanWords: null });
    await database().answer.updateMany({ where: { answerSetId: strong }, data: { mixed: false, words: 12 } });
    expect(await strongs()).toMatchObject({ mixed: { value: 0 }, meanWords: 12 });
  });

  it("hands out no pair once it is closed; votes that arrive then are kept once each and count for nothing", async () => {
    const { id } = await makeComparison(owner, [anna]);
    const [pair, other] = (await claim(anna, id, 2)).pairs;
    await closeComparison(owner, id);
    await expect(claim(anna, id)).rejects.toMatchObject({ status: 409, code: "comparison_closed" });
    const late = { ...voteOn(String(pair?.id), "tie"), note: "Zug" };
    const { results } = await submit(anna, id, late, late, voteOn(String(pair?.id), null));
    expect(results.map(({ status, code }) => [status, code])).toEqual(
      Array.from({ length: 3 }, () => ["kept", "comparison_closed"]),
    );
    await expect(submit(anna, id, { ...late, pairId: String(other?.id) })).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
    const claimed = await database().pairClaim.findFirstOrThrow({ where: { pairId: pair?.id } });
    expect(await database().lateVote.findMany({ where: { comparisonId: id }, orderBy: { id: "asc" } })).toMatchObject([
      { personId: anna.personId, pairId: pair?.id, outcome: "tie", note: "Zug", swapped: claimed.swapped },
      { outcome: null },
    ]);
    expect(await readComparison(owner, id)).toMatchObject({ late: 2, votesCast: 0 });
    expect(await database().vote.count({ where: { comparisonId: id } })).toBe(0);
    await expect(database().lateVote.deleteMany({})).rejects.toThrow();
    await expect(closeComparison(owner, id)).rejects.toMatchObject({ status: 409, code: "comparison_not_open" });
    await expectTalliesToMatch(id);
  });

  it("keeps of late votes only withdrawals of what stands, and a bounded number for each pair", async () => {
    const { id } = await makeComparison(owner, [anna]);
    const pairId = String((await claim(anna, id)).pairs[0]?.id);
    await closeComparison(owner, id);
    const nothing = { status: 409, code: "nothing_to_withdraw" };
    await expect(submit(anna, id, voteOn(pairId, null))).rejects.toMatchObject(nothing);
    const vote = voteOn(pairId, "tie");
    await submit(anna, id, vote, voteOn(pairId, null));
    await expect(submit(anna, id, voteOn(pairId, null))).rejects.toMatchObject(nothing);
    await submit(anna, id, ...Array.from({ length: mostLateVotes - 2 }, () => voteOn(pairId, "first")));
    await expect(submit(anna, id, voteOn(pairId, "tie"))).rejects.toMatchObject({ status: 409, code: "too_many_late" });
    expect((await submit(anna, id, vote)).results).toMatchObject([{ status: "kept", code: "comparison_closed" }]);
    expect(await database().lateVote.count({ where: { comparisonId: id } })).toBe(mostLateVotes);
  });

  it("is closed to those who do not take part (403), to other studies (404), and to votes in another's name (409)", async () => {
    const { id } = await makeComparison(owner, [anna]);
    await expect(claim(bert, id)).rejects.toMatchObject({ status: 403, code: "not_in_comparison" });
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(claim(stranger, id)).rejects.toMatchObject({ status: 404 });
    const inBertsName = claimPairs(anna, id, { personId: bert.personId, count: 1, holding: [] });
    await expect(inBertsName).rejects.toMatchObject({ status: 409, code: "other_person_signed_in" });
    const [pair] = (await claim(anna, id)).pairs;
    const vote = voteOn(String(pair?.id), "tie");
    await expect(submit(bert, id, vote)).rejects.toMatchObject({ status: 403, code: "not_in_comparison" });
    await expect(submitVotes(bert, id, { personId: anna.personId, votes: [vote] })).rejects.toMatchObject({
      code: "other_person_signed_in",
    });
    expect(await database().vote.count({ where: { comparisonId: id } })).toBe(0);
  });

  it("refuses votes on pairs that the person never had, each for itself, and keys that another vote used", async () => {
    const { id } = await makeComparison(owner, [anna, bert]);
    const [own, other] = (await claim(anna, id, 2)).pairs;
    const [berts] = (await claim(bert, id)).pairs;
    const vote = voteOn(String(own?.id), "tie");
    const foreign = voteOn(String(berts?.id), "first");
    const { results } = await submit(anna, id, foreign, vote, { ...vote, pairId: String(other?.id) });
    expect(results.map(({ status, code }) => code ?? status)).toEqual([
      "pair_not_claimed",
      "kept",
      "idempotency_key_reused",
    ]);
    await expect(submit(anna, id, foreign)).rejects.toMatchObject({ status: 409, code: "pair_not_claimed" });
    await expect(submit(anna, id, voteOn(String(other?.id), null))).rejects.toMatchObject({
      status: 409,
      code: "nothing_to_withdraw",
    });
    await expectTalliesToMatch(id);
  });

  it("hides the figures from those who vote, until it is closed", async () => {
    const { id } = await makeComparison(owner, [owner, anna]);
    await workThrough(anna, id, forStrong);
    await expect(readLeaderboard(owner, id, false)).rejects.toMatchObject({ status: 403, code: "still_judging" });
    await closeComparison(owner, id);
    expect((await readLeaderboard(owner, id, false)).votesCast).toBe(4);
  });

  it("publishes the hash at the opening, and salt and seed at the end, with which it can be checked", async () => {
    const { id } = await makeComparison(owner, [anna]);
    const opened = await readComparison(owner, id);
    expect(opened).toMatchObject({ salt: null, seed: null });
    expect(await verifyBlinding(owner, id)).toBeNull();
    await closeComparison(owner, id);
    const closed = await readComparison(owner, id);
    expect(closed).toMatchObject({ assignmentHash: opened.assignmentHash, seed: 7 });
    expect(await verifyBlinding(owner, id)).toMatchObject({ matches: true });
    const [first] = await database().pair.findMany({ where: { comparisonId: id }, orderBy: { position: "asc" } });
    await database().$executeRaw`
      update "Pair" set "firstAnswerId" = "secondAnswerId", "secondAnswerId" = "firstAnswerId"
      where "id" = ${first?.id}::uuid`;
    expect(await verifyBlinding(owner, id)).toMatchObject({ matches: false });
  });
});

describe("a leaderboard of many votes", () => {
  it("keeps nobody waiting: the worker computes it, and the page says so until it is there", async () => {
    const owner = await makeMember(await makeStudy(), "owner");
    const { id, strong, weak } = await makeComparison(owner, [owner]);
    const votes = 5001;
    await database().voteTally.createMany({
      data: Array.from({ length: votes }, (_, index) => ({
        comparisonId: id,
        firstAnswerSetId: index % 2 ? strong : weak,
        secondAnswerSetId: index % 2 ? weak : strong,
        personId: owner.personId,
        promptId: randomUUID(),
        firstWins: index % 3 ? 1 : 0,
        secondWins: index % 3 ? 0 : 1,
      })),
    });
    await database().comparison.update({ where: { id }, data: { votesCast: votes, state: "closed" } });
    expect(await readLeaderboard(owner, id, false)).toMatchObject({ outdated: true, votesCast: 0 });
    await fitLeaderboard.run({ comparisonId: id, bothBadAsTie: false }, { signal: new AbortController().signal });
    const fitted = await readLeaderboard(owner, id, false);
    expect(fitted).toMatchObject({ outdated: false, votesCast: votes });
    expect(fitted.contestants[0]?.winRate).not.toBeNull();
  });
});
