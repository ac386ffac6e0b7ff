import { describe, expect, it } from "vitest";
import { normalGenerator } from "../numerics/random";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import { bradleyTerry } from "./bradley-terry";
import type { PairTally } from "./tallies";
import { winRate } from "./win-rate";
import { type ScoredVote, winRateFromVotes } from "./win-rate-from-votes";

const inverseLogit = (value: number) => 1 / (1 + Math.exp(-value));

/** Mean of the inverse logit over a normal distribution. */
function meanProbability(center: number, spread: number): number {
  const points = Array.from({ length: 121 }, (_, i) => (i - 60) / 10);
  const weights = points.map((z) => Math.exp((-z * z) / 2));
  const sum = points.reduce((total, z, i) => total + (weights[i] ?? 0) * inverseLogit(center + spread * z), 0);
  return sum / weights.reduce((total, weight) => total + weight, 0);
}

type Scene = { voters: number; prompts: number; votesEach: number; taste: number; difficulty: number; center: number };

function voteCoverage(scene: Scene, seed: number, clustered = true) {
  const [normal, { uniform }] = [normalGenerator(seed), studyGenerator(seed + 1)];
  const { voters, prompts, votesEach, taste, difficulty, center } = scene;
  const truth = meanProbability(center, Math.hypot(taste, difficulty));
  return repeatStudies(300, () => {
    const promptEffects = Array.from({ length: prompts }, () => difficulty * normal());
    const votes = Array.from({ length: voters }, (_, voter) => {
      const own = center + taste * normal();
      return Array.from({ length: votesEach }, (): ScoredVote => {
        const prompt = Math.floor(prompts * uniform());
        const score = uniform() < inverseLogit(own + (promptEffects[prompt] ?? 0)) ? 1 : 0;
        return clustered ? { score, voter: `${voter}`, prompt: `${prompt}` } : { score };
      });
    }).flat();
    return { interval: winRateFromVotes(votes).interval, truth };
  });
}

describe("95 % intervals of win rates cover", () => {
  it("with ties, from independent votes", () => {
    const { multinomial } = studyGenerator(51);
    const { covered } = repeatStudies(2000, () => {
      const [wins = 0, losses = 0, ties = 0] = multinomial(60, [0.45, 0.25, 0.3]);
      return { interval: winRate({ wins, losses, ties }).interval, truth: 0.6 };
    });
    expect(covered).toBeGreaterThan(0.935);
    expect(covered).toBeLessThan(0.965);
  });

  it.each<[string, Scene, number, number]>([
    ["4 voters", { voters: 4, prompts: 40, votesEach: 40, taste: 0.6, difficulty: 0, center: 0.2 }, 0.9, 0.99],
    [
      "8 voters, hard and easy prompts",
      { voters: 8, prompts: 30, votesEach: 30, taste: 0.5, difficulty: 0.8, center: 0.4 },
      0.915,
      0.985,
    ],
    [
      "many of both",
      { voters: 60, prompts: 80, votesEach: 12, taste: 0.7, difficulty: 0.7, center: -0.3 },
      0.92,
      0.975,
    ],
    [
      "voters who are alike",
      { voters: 6, prompts: 600, votesEach: 50, taste: 0, difficulty: 0, center: 0 },
      0.93,
      0.995,
    ],
    [
      "a model that nearly always wins",
      { voters: 40, prompts: 40, votesEach: 8, taste: 0.5, difficulty: 0.5, center: 3.2 },
      0.92,
      0.99,
    ],
  ])("when votes come from %s", (_, scene, least, most) => {
    const { covered } = voteCoverage(scene, 52);
    expect(covered).toBeGreaterThan(least);
    expect(covered).toBeLessThan(most);
  });

  it("far too seldom if voters and prompts are left out", () => {
    const scene = { voters: 8, prompts: 30, votesEach: 60, taste: 0.6, difficulty: 0.8, center: 0.4 };
    expect(voteCoverage(scene, 53, false).covered).toBeLessThan(0.75);
  });
});

describe("95 % intervals of strengths cover", () => {
  const strengths = [-0.6, -0.2, 0.1, 0.7];

  function drawTallies(uniform: () => number, voterEffects: number[][], votesEach: number): PairTally[] {
    return voterEffects.flatMap((effects, voter) =>
      Array.from({ length: votesEach }, (): PairTally => {
        const first = Math.floor(4 * uniform());
        const second = (first + 1 + Math.floor(3 * uniform())) % 4;
        const strength = (model: number) => (strengths[model] ?? 0) + (effects[model] ?? 0);
        const odds = Math.exp(strength(first) - strength(second) + 0.2);
        const even = 0.5 * Math.sqrt(odds);
        const draw = uniform() * (1 + odds + even);
        const [won, tied] = [draw < odds, draw >= odds && draw < odds + even];
        const counts = { firstWins: won ? 1 : 0, secondWins: won || tied ? 0 : 1, ties: tied ? 1 : 0 };
        return { first: `${first}`, second: `${second}`, ...counts, clusters: { voter: `${voter}` } };
      }),
    );
  }

  it("from independent votes, together with ν, the first slot and the ranks", () => {
    const { uniform } = studyGenerator(54);
    const none = Array.from({ length: 1 }, () => []);
    let [slot, ranks] = [0, 0];
    const studies = 300;
    const { covered } = repeatStudies(studies, () => {
      const fit = bradleyTerry(drawTallies(uniform, none, 300), { firstSlot: true, standardErrors: "hessian" });
      const { logOdds = 0, standardError = 0 } = fit.firstSlot ?? {};
      if (Math.abs(logOdds - 0.2) < 1.96 * standardError) slot += 1;
      if (fit.models.every(({ id, rank }) => rank.lower <= 4 - Number(id) && rank.upper >= 4 - Number(id))) ranks += 1;
      const model = fit.models.find(({ id }) => id === "3");
      return { interval: model?.interval ?? { lower: 1, upper: 0 }, truth: 0.7 };
    });
    expect(covered).toBeGreaterThan(0.92);
    expect(covered).toBeLessThan(0.98);
    expect(slot / studies).toBeGreaterThan(0.91);
    expect(slot / studies).toBeLessThan(0.98);
    expect(ranks / studies).toBeGreaterThan(0.93);
  });

  it.each([
    [6, 40, 0.9],
    [40, 15, 0.92],
  ])("when %i voters with tastes of their own cast %i votes each", (voters, votesEach, least) => {
    const [{ uniform }, normal] = [studyGenerator(55), normalGenerator(56)];
    const drawEffects = (count: number) => Array.from({ length: count }, () => strengths.map(() => normal()));
    const strongest = (fit: ReturnType<typeof bradleyTerry>) => fit.models.find(({ id }) => id === "3");
    // tastes shrink average strengths: the truth is what very many voters would give
    const everybody = bradleyTerry(drawTallies(uniform, drawEffects(4000), 20), { standardErrors: "hessian" });
    const truth = strongest(everybody)?.logStrength ?? 0;
    const coverage = (standardErrors: "cluster" | "sandwich") =>
      repeatStudies(250, () => {
        const fit = bradleyTerry(drawTallies(uniform, drawEffects(voters), votesEach), {
          standardErrors,
          firstSlot: true,
        });
        return { interval: strongest(fit)?.interval ?? { lower: 1, upper: 0 }, truth };
      });
    const cluster = coverage("cluster");
    expect(cluster.covered).toBeGreaterThan(least);
    expect(cluster.covered).toBeLessThan(0.99);
    expect(coverage("sandwich").covered).toBeLessThan(cluster.covered - 0.04);
  });
});

describe("a large fit", () => {
  it("of 100,000 votes on 30 models, 200 voters and 2,000 prompts takes seconds at most", () => {
    const { uniform } = studyGenerator(57);
    const pick = (size: number) => Math.floor(size * uniform());
    const tallies = Array.from({ length: 100_000 }, (): PairTally => {
      const first = pick(30);
      const second = (first + 1 + pick(29)) % 30;
      const odds = Math.exp((first - second) / 10 + 0.15);
      const even = 0.4 * Math.sqrt(odds);
      const draw = uniform() * (1 + odds + even);
      const [won, tied] = [draw < odds, draw >= odds && draw < odds + even];
      const counts = { firstWins: won ? 1 : 0, secondWins: won || tied ? 0 : 1, ties: tied ? 1 : 0 };
      return {
        first: `m${first}`,
        second: `m${second}`,
        ...counts,
        clusters: { voter: `v${pick(200)}`, prompt: `p${pick(2000)}` },
      };
    });
    const before = process.cpuUsage();
    const fit = bradleyTerry(tallies, { firstSlot: true });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(3);
    expect(fit.clusterCounts).toEqual({ voter: 200, prompt: 2000 });
    expect(fit.firstSlot?.logOdds).toBeCloseTo(0.15, 1);
    expect(fit.tie?.nu).toBeCloseTo(0.4, 1);
    for (const { id, logStrength, standardError } of fit.models) {
      expect(Math.abs(logStrength - (Number(id.slice(1)) - 14.5) / 10)).toBeLessThan(4.5 * standardError);
    }
  });
});
