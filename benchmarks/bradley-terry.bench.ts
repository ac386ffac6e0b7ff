/**
 * The Bradley–Terry fit (Davidson's ties, advantage of the first slot) of 100,000 votes of 20 people on 115 prompts among
 * 30 models: with errors from the likelihood alone, with errors robust to voters and prompts as the leaderboard shows
 * them, and the whole leaderboard with its win rates.
 */
import { computeLeaderboard, type Entry } from "@/lib/judging/compute-leaderboard";
import { bradleyTerry, type PairTally } from "@/lib/stats";
import { measure, printTimes } from "./figures";

const models = 30;
const votes = 100_000;
const people = 20;
const prompts = 115;

/** Mulberry32: the same votes each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Votes by Davidson's model with strengths from −1.5 to 1.5, as the tallies in which the studio keeps them. */
function makeTallies() {
  const random = seeded(1);
  const upTo = (limit: number) => Math.floor(random() * limit);
  const strengthOf = (model: number) => Math.exp(-1.5 + (3 * model) / (models - 1));
  type Tally = Parameters<typeof computeLeaderboard>[1][number];
  const tallies = new Map<string, Tally>();
  for (let vote = 0; vote < votes; vote++) {
    const first = upTo(models);
    const second = (first + 1 + upTo(models - 1)) % models;
    const ids = [`model ${first}`, `model ${second}`, `person ${upTo(people)}`, `prompt ${upTo(prompts)}`] as const;
    const [firstAnswerSetId, secondAnswerSetId, personId, promptId] = ids;
    const key = ids.join(" ");
    const tally = tallies.get(key) ?? {
      ...{ firstAnswerSetId, secondAnswerSetId, personId, promptId },
      ...{ firstWins: 0, secondWins: 0, ties: 0, bothBad: 0, cannotJudge: 0 },
    };
    tallies.set(key, tally);
    const [one, two] = [strengthOf(first) * 1.1, strengthOf(second)];
    const tie = 0.4 * Math.sqrt(one * two);
    const luck = random() * (one + two + tie);
    tally[luck < one ? "firstWins" : luck < one + two ? "secondWins" : "ties"] += 1;
  }
  return [...tallies.values()];
}

const tallies = makeTallies();
const pairTallies = tallies.map(
  ({
    firstAnswerSetId: first,
    secondAnswerSetId: second,
    personId: voter,
    promptId: prompt,
    ...counts
  }): PairTally => ({
    ...{ first, second, clusters: { voter, prompt } },
    ...{ firstWins: counts.firstWins, secondWins: counts.secondWins, ties: counts.ties },
  }),
);
const entries = Array.from({ length: models }, (_, model): Entry => {
  const id = `model ${model}`;
  return { answerSetId: id, checkpointId: id, name: id, mixed: null, meanWords: null };
});

/** The reference: going over the same tallies once, to count the wins of each ordered pair. */
function countWins(): number {
  const wins = new Map<string, number>();
  for (const { first, second, firstWins } of pairTallies) {
    const pair = `${first} ${second}`;
    wins.set(pair, (wins.get(pair) ?? 0) + firstWins);
  }
  return wins.size;
}

const options = { ties: "davidson", firstSlot: true } as const;
const reference = await measure("counting wins", 50, countWins);
printTimes(`Bradley–Terry: ${votes} votes in ${tallies.length} tallies, ${models} models`, reference, [
  await measure(
    "fit, errors from the likelihood",
    20,
    () => bradleyTerry(pairTallies, { ...options, standardErrors: "hessian" }),
    2,
  ),
  await measure(
    "fit, errors by voter and prompt",
    20,
    () => bradleyTerry(pairTallies, { ...options, standardErrors: "cluster" }),
    2,
  ),
  await measure("whole leaderboard", 20, () => computeLeaderboard(entries, tallies, false), 2),
]);
