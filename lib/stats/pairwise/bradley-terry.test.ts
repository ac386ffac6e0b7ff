import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choleskyFactor, invertLowerTriangle } from "../numerics/cholesky";
import { Matrix } from "../numerics/matrix";
import { studyGenerator } from "../testing/repeated-studies";
import { bradleyTerry } from "./bradley-terry";
import type { PairTally } from "./tallies";

function tally(first: string, second: string, firstWins: number, secondWins: number, ties = 0): PairTally {
  return { first, second, firstWins, secondWins, ties };
}

const FOUR = [tally("A", "B", 2, 3), tally("A", "D", 1, 4), tally("B", "C", 5, 3), tally("C", "D", 1, 3)];

/** Davidson, JASA 65 (1970): six brands of chocolate pudding; wins of the first, wins of the second, ties. */
const PUDDING = [
  [1, 2, 19, 22, 16],
  [1, 3, 16, 19, 12],
  [2, 3, 19, 19, 10],
  [1, 4, 18, 23, 13],
  [2, 4, 23, 19, 9],
  [3, 4, 19, 20, 15],
  [1, 5, 13, 19, 18],
  [2, 5, 16, 20, 12],
  [3, 5, 16, 15, 17],
  [4, 5, 17, 14, 16],
  [1, 6, 18, 21, 12],
  [2, 6, 22, 20, 12],
  [3, 6, 13, 18, 10],
  [4, 6, 14, 19, 18],
  [5, 6, 11, 21, 12],
].map(([first, second, wins = 0, losses = 0, ties = 0]) => tally(`${first}`, `${second}`, wins, losses, ties));

/** Agresti, Categorical Data Analysis: American League 1987, home team first; as in R's BradleyTerry2. */
const TEAMS = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"];
const HOME = [
  ["", "4-3", "4-2", "4-3", "6-1", "4-2", "6-0"],
  ["3-3", "", "4-2", "4-3", "6-0", "6-1", "4-3"],
  ["2-5", "4-3", "", "2-4", "4-3", "4-2", "6-0"],
  ["3-3", "5-1", "2-5", "", "4-3", "4-2", "6-1"],
  ["5-1", "2-5", "3-3", "4-2", "", "5-2", "6-0"],
  ["2-5", "3-3", "3-4", "4-3", "4-2", "", "2-4"],
  ["2-5", "1-5", "1-6", "2-4", "1-6", "3-4", ""],
];
const BASEBALL = HOME.flatMap((row, home) =>
  row.flatMap((result, away) => {
    const [wins, losses] = result.split("-").map(Number);
    return wins === undefined || losses === undefined ? [] : tally(TEAMS[home] ?? "", TEAMS[away] ?? "", wins, losses);
  }),
);

function byId(fit: ReturnType<typeof bradleyTerry>) {
  return new Map(fit.models.map((model) => [model.id, model]));
}

describe("published paired comparisons", () => {
  it("of four models: strengths, log-likelihood, both kinds of standard errors", () => {
    const hessian = byId(bradleyTerry(FOUR, { standardErrors: "hessian" }));
    const sandwich = byId(bradleyTerry(FOUR, { standardErrors: "sandwich" }));
    const expected = {
      A: ["0.640", "0.5481", "0.5443"],
      B: ["1.043", "0.4818", "0.4847"],
      C: ["0.660", "0.5204", "0.5282"],
      D: ["2.270", "0.6213", "0.6240"],
    };
    for (const [id, [strength, byHessian, bySandwich]] of Object.entries(expected)) {
      expect(Math.exp(hessian.get(id)?.logStrength ?? 0).toFixed(3)).toBe(strength);
      expect(hessian.get(id)?.standardError.toFixed(4)).toBe(byHessian);
      expect(sandwich.get(id)?.standardError.toFixed(4)).toBe(bySandwich);
    }
    const { logLikelihood, residualDegreesOfFreedom } = bradleyTerry(FOUR);
    expect(logLikelihood.toFixed(5)).toBe("-13.42845");
    expect(residualDegreesOfFreedom).toBe(1);
  });

  it("of six puddings with ties (Davidson 1970)", () => {
    const { models, tie, logLikelihood, residualDegreesOfFreedom } = bradleyTerry(PUDDING, { ties: "davidson" });
    const total = models.reduce((sum, model) => sum + Math.exp(model.logStrength), 0);
    const shares = models.map((model) => Math.exp(model.logStrength) / total);
    const published = [0.138803, 0.173002, 0.161747, 0.165373, 0.158685, 0.202389];
    for (const [i, share] of shares.entries()) expect(Math.abs(share - (published[i] ?? 0))).toBeLessThan(1e-6);
    expect(tie?.nu.toFixed(6)).toBe("0.746823");
    expect(logLikelihood.toFixed(5)).toBe("-809.70951");
    expect(residualDegreesOfFreedom).toBe(24);
  });

  it("of seven teams, with and without the home advantage", () => {
    const plain = bradleyTerry(BASEBALL, { reference: "Baltimore" });
    expect(plain.deviance.toFixed(3)).toBe("44.053");
    expect(plain.residualDegreesOfFreedom).toBe(36);
    const abilities = {
      Boston: ["1.1077", "0.3339"],
      Cleveland: ["0.6839", "0.3319"],
      Detroit: ["1.4364", "0.3396"],
      Milwaukee: ["1.5814", "0.3433"],
      "New York": ["1.2476", "0.3359"],
      Toronto: ["1.2945", "0.3367"],
      Baltimore: ["0.0000", "0.0000"],
    };
    for (const [team, [ability, error]] of Object.entries(abilities)) {
      expect(byId(plain).get(team)?.logStrength.toFixed(4)).toBe(ability);
      expect(byId(plain).get(team)?.standardError.toFixed(4)).toBe(error);
    }
    const home = bradleyTerry(BASEBALL, { reference: "Baltimore", firstSlot: true });
    expect(home.deviance.toFixed(3)).toBe("38.643");
    expect(home.residualDegreesOfFreedom).toBe(35);
    expect(home.firstSlot?.logOdds.toFixed(4)).toBe("0.3023");
    expect(home.firstSlot?.standardError.toFixed(4)).toBe("0.1309");
  });
});

/** Log-likelihood written out from the definition, for ln strengths (the last is 0), the first slot, and ln ν. */
function logLikelihoodOf(tallies: readonly PairTally[], ids: readonly string[], values: readonly number[]): number {
  const strength = (id: string) => values[ids.indexOf(id)] ?? 0;
  const [slot = 0, tie = 0] = values.slice(ids.length - 1);
  return tallies.reduce((sum, { first, second, firstWins, secondWins, ties = 0 }) => {
    const [a, b] = [Math.exp(strength(first) + slot), Math.exp(second === ids.at(-1) ? 0 : strength(second))];
    const own = first === ids.at(-1) ? Math.exp(slot) : a;
    const even = Math.exp(tie) * Math.sqrt(own * b);
    const all = own + b + even;
    return sum + firstWins * Math.log(own / all) + secondWins * Math.log(b / all) + ties * Math.log(even / all);
  }, 0);
}

describe("maximum likelihood with ties and a first slot", () => {
  const tallies = [
    tally("A", "B", 9, 4, 3),
    tally("B", "A", 6, 6, 2),
    tally("B", "C", 7, 5, 4),
    tally("C", "A", 8, 3, 1),
    tally("A", "C", 4, 4, 5),
  ];
  const fit = bradleyTerry(tallies, { firstSlot: true, reference: "C", standardErrors: "hessian" });
  const ids = ["A", "B", "C"];
  const strengths = ids.slice(0, 2).map((id) => byId(fit).get(id)?.logStrength ?? 0);
  const estimate = [...strengths, fit.firstSlot?.logOdds ?? 0, Math.log(fit.tie?.nu ?? 1)];
  const at = (values: readonly number[]) => logLikelihoodOf(tallies, ids, values);

  it("has the log-likelihood of its definition, and no slope there", () => {
    expect(at(estimate)).toBeCloseTo(fit.logLikelihood, 9);
    for (const i of estimate.keys()) {
      const moved = (step: number) => at(estimate.with(i, (estimate[i] ?? 0) + step));
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(0, 5);
    }
  });

  it("has the standard errors of the numeric Hessian", () => {
    const step = 1e-4;
    const hessian = new Matrix(4, 4);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const moved = (a: number, b: number) => {
          const first = estimate.with(i, (estimate[i] ?? 0) + a);
          return at(first.with(j, (first[j] ?? 0) + b));
        };
        const curvature = moved(step, step) - moved(step, -step) - moved(-step, step) + moved(-step, -step);
        hessian.set(i, j, -curvature / (4 * step * step));
      }
    }
    const inverse = invertLowerTriangle(choleskyFactor(hessian).factor);
    const covariance = inverse.transposed().times(inverse);
    const errors = [0, 1, 2, 3].map((i) => Math.sqrt(covariance.at(i, i)));
    expect(byId(fit).get("A")?.standardError).toBeCloseTo(errors[0] ?? 0, 5);
    expect(byId(fit).get("B")?.standardError).toBeCloseTo(errors[1] ?? 0, 5);
    expect(fit.firstSlot?.standardError).toBeCloseTo(errors[2] ?? 0, 5);
    expect((fit.tie?.standardError ?? 0) / (fit.tie?.nu ?? 1)).toBeCloseTo(errors[3] ?? 0, 5);
    expect(fit.covariance[0]?.[1]).toBeCloseTo(covariance.at(0, 1), 5);
  });
});

/** Votes on five models with strengths −.8 to .8, by voters who differ in taste, on prompts that suit some models. */
function drawVotes(voters: number, prompts: number, votesEach: number, taste: number, seed: number): PairTally[] {
  const { uniform } = studyGenerator(seed);
  const effect = () => taste * (uniform() + uniform() + uniform() - 1.5) * 2;
  const tastes = Array.from({ length: voters + prompts }, () => Array.from({ length: 5 }, effect));
  const tallies: PairTally[] = [];
  for (let voter = 0; voter < voters; voter++) {
    for (let vote = 0; vote < votesEach; vote++) {
      const first = Math.floor(5 * uniform());
      const second = (first + 1 + Math.floor(4 * uniform())) % 5;
      const prompt = Math.floor(prompts * uniform());
      const strength = (model: number) =>
        0.4 * (model - 2) + (tastes[voter]?.[model] ?? 0) + (tastes[voters + prompt]?.[model] ?? 0);
      const odds = Math.exp(strength(first) - strength(second));
      const [draw, tie] = [uniform() * (1 + odds + 0.4 * Math.sqrt(odds)), 0.4 * Math.sqrt(odds)];
      const outcome = [draw < odds, draw >= odds + tie, draw >= odds && draw < odds + tie].map(Number);
      const [firstWins = 0, secondWins = 0, ties = 0] = outcome;
      const clusters = { voter: `v${voter}`, prompt: `p${prompt}` };
      tallies.push({ first: `m${first}`, second: `m${second}`, firstWins, secondWins, ties, clusters });
    }
  }
  return tallies;
}

describe("strengths", () => {
  const votes = drawVotes(20, 40, 60, 0.5, 3);

  it("don't depend on how votes are pooled and ordered", () => {
    const single = bradleyTerry(votes, { firstSlot: true });
    const pooled = new Map<string, PairTally>();
    for (const vote of votes) {
      const key = [vote.first, vote.second, vote.clusters?.voter, vote.clusters?.prompt].join();
      const known = pooled.get(key);
      if (!known) pooled.set(key, { ...vote });
      else {
        known.firstWins += vote.firstWins;
        known.secondWins += vote.secondWins;
        known.ties = (known.ties ?? 0) + (vote.ties ?? 0);
      }
    }
    const together = bradleyTerry([...pooled.values()].reverse(), { firstSlot: true });
    expect(together.deviance).toBeCloseTo(single.deviance, 7);
    expect(together.residualDegreesOfFreedom).toBe(single.residualDegreesOfFreedom);
    expect(together.clusterCounts).toEqual({ voter: 20, prompt: 40 });
    for (const model of single.models) {
      const same = byId(together).get(model.id);
      expect(same?.logStrength).toBeCloseTo(model.logStrength, 9);
      expect(same?.standardError).toBeCloseTo(model.standardError, 9);
      expect(same?.rank).toEqual(model.rank);
    }
  });

  it("sum to zero or are relative to the reference, with the same differences and errors of differences", () => {
    for (const standardErrors of ["hessian", "sandwich"] as const) {
      const centred = bradleyTerry(votes, { standardErrors });
      const relative = bradleyTerry(votes, { standardErrors, reference: "m3" });
      expect(centred.models.reduce((sum, model) => sum + model.logStrength, 0)).toBeCloseTo(0, 10);
      expect(byId(relative).get("m3")).toMatchObject({ logStrength: 0, standardError: 0 });
      const base = centred.models.findIndex((model) => model.id === "m3");
      const entry = (i: number, j: number) => centred.covariance[i]?.[j] ?? 0;
      for (const [i, model] of relative.models.entries()) {
        const shift = (centred.models[i]?.logStrength ?? 0) - (centred.models[base]?.logStrength ?? 0);
        expect(model.logStrength).toBeCloseTo(shift, 10);
        const variance = entry(i, i) + entry(base, base) - 2 * entry(i, base);
        expect(model.standardError).toBeCloseTo(Math.sqrt(Math.max(0, variance)), 7);
        expect(model.rank).toEqual(centred.models[i]?.rank);
      }
    }
  });

  it("are the same from the other side, but for the first slot's sign", () => {
    const turned = votes.map((vote) => ({
      ...vote,
      first: vote.second,
      second: vote.first,
      firstWins: vote.secondWins,
      secondWins: vote.firstWins,
    }));
    const [one, other] = [bradleyTerry(votes, { firstSlot: true }), bradleyTerry(turned, { firstSlot: true })];
    expect(other.firstSlot?.logOdds).toBeCloseTo(-(one.firstSlot?.logOdds ?? 0), 9);
    expect(other.tie?.nu).toBeCloseTo(one.tie?.nu ?? 0, 9);
    for (const model of one.models) expect(byId(other).get(model.id)?.logStrength).toBeCloseTo(model.logStrength, 9);
  });

  it("without ties are the same under every rule for ties", () => {
    const decisive = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 6,
      maxLength: 6,
    });
    const pairs = [
      ["A", "B"],
      ["A", "C"],
      ["A", "D"],
      ["B", "C"],
      ["B", "D"],
      ["C", "D"],
    ] as const;
    fc.assert(
      fc.property(decisive, (counts) => {
        const tallies = counts.map(([wins, losses], i) =>
          tally(pairs[i]?.[0] ?? "", pairs[i]?.[1] ?? "", wins, losses),
        );
        const [davidson, half, ignore] = (["davidson", "half", "ignore"] as const).map((ties) =>
          bradleyTerry(tallies, { ties }),
        );
        expect(davidson?.tie).toBeUndefined();
        expect(half).toEqual(davidson);
        expect(ignore).toEqual(davidson);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it("count a tie as half a win for either, or not at all, as told", () => {
    const tied = [tally("A", "B", 30, 10, 20)];
    const odds = (ties: "half" | "ignore") => Math.exp(2 * (bradleyTerry(tied, { ties }).models[0]?.logStrength ?? 0));
    expect(odds("half")).toBeCloseTo(40 / 20, 9);
    expect(odds("ignore")).toBeCloseTo(30 / 10, 9);
    const davidson = bradleyTerry(tied);
    expect(Math.exp(2 * (davidson.models[0]?.logStrength ?? 0))).toBeCloseTo(3, 9);
    expect(davidson.tie?.nu).toBeCloseTo(20 / Math.sqrt(300), 9);
    expect(davidson.deviance).toBeCloseTo(0, 9);
    expect(davidson.residualDegreesOfFreedom).toBe(0);
  });

  it("get wider errors where votes of a voter hang together, as a bootstrap of voters shows", () => {
    const strong = drawVotes(60, 1000, 40, 0.9, 8).map((vote): PairTally => {
      return { ...vote, clusters: { voter: vote.clusters?.voter ?? "" } };
    });
    const [robust, naive] = [bradleyTerry(strong), bradleyTerry(strong, { standardErrors: "hessian" })];
    const { uniform } = studyGenerator(9);
    const byVoter = Array.from({ length: 60 }, (_, v) => strong.filter((vote) => vote.clusters?.voter === `v${v}`));
    const samples = Array.from({ length: 150 }, () => {
      const drawn = Array.from({ length: 60 }, () => byVoter[Math.floor(60 * uniform())] ?? []).flat();
      return byId(bradleyTerry(drawn, { standardErrors: "hessian" }));
    });
    for (const { id, standardError } of robust.models) {
      const values = samples.map((sample) => sample.get(id)?.logStrength ?? 0);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
      expect(standardError / spread).toBeGreaterThan(0.8);
      expect(standardError / spread).toBeLessThan(1.25);
      expect(standardError).toBeGreaterThan(1.4 * (byId(naive).get(id)?.standardError ?? 1));
    }
  });

  it("of one voter speak of this voter only, with the error of single votes or prompts", () => {
    const alone = votes.map((vote): PairTally => ({ ...vote, clusters: { voter: "only" } }));
    const fit = bradleyTerry(alone, { standardErrors: "cluster" });
    const sandwich = bradleyTerry(alone, { standardErrors: "sandwich" });
    expect(fit.clusterCounts).toEqual({ voter: 1, prompt: 0 });
    expect(fit.speaksOf).toBe("these voters only");
    for (const [i, model] of fit.models.entries()) {
      expect(model.standardError / (sandwich.models[i]?.standardError ?? 1)).toBeCloseTo(1, 2);
    }
    expect(bradleyTerry(votes).speaksOf).toBe("voters");
  });
});

describe("ranks", () => {
  it("are shared by models that can't be told apart, and distinct for those that can", () => {
    const close = [tally("A", "B", 21, 20), tally("B", "C", 19, 20), tally("A", "C", 20, 20)];
    for (const model of bradleyTerry(close).models) expect(model.rank).toEqual({ lower: 1, upper: 3 });
    const apart = [tally("A", "B", 900, 100), tally("B", "C", 900, 100), tally("A", "C", 980, 20)];
    const ranks = byId(bradleyTerry(apart));
    expect(["A", "B", "C"].map((id) => ranks.get(id)?.rank.lower)).toEqual([1, 2, 3]);
    expect(["A", "B", "C"].map((id) => ranks.get(id)?.rank.upper)).toEqual([1, 2, 3]);
  });
});

describe("votes without finite strengths", () => {
  function refusal(tallies: PairTally[], options: Parameters<typeof bradleyTerry>[1] = {}) {
    try {
      return bradleyTerry(tallies, options);
    } catch (error) {
      return error;
    }
  }

  it("name the models that never lost or never won", () => {
    const unbeaten = [tally("strong", "B", 3, 0), tally("strong", "C", 2, 0), tally("B", "C", 4, 3)];
    const refused = refusal(unbeaten);
    expect(refused).toMatchObject({ code: "models_not_connected", subjects: ["strong"] });
    expect(String(refused)).toContain('"strong" never lost to any of the others');
    const beaten = [tally("weak", "B", 0, 3), tally("B", "C", 4, 3), tally("C", "D", 2, 2)];
    expect(String(refusal(beaten))).toContain('"weak" never won against any of the others');
  });

  it("name the models that were never compared with the others", () => {
    const apart = [tally("A", "B", 3, 1), tally("B", "E", 3, 1), tally("C", "D", 2, 2)];
    const refused = refusal(apart);
    expect(refused).toMatchObject({ code: "models_not_connected", subjects: ["C", "D"] });
    expect(String(refused)).toContain('No votes connect "C", "D"');
    const unvoted = [tally("A", "B", 3, 1), tally("A", "new", 0, 0)];
    expect(refusal(unvoted)).toMatchObject({ code: "models_not_connected", subjects: ["new"] });
    const onlyTies = [tally("A", "B", 3, 1), tally("A", "C", 0, 0, 5)];
    expect(refusal(onlyTies, { ties: "ignore" })).toMatchObject({ code: "models_not_connected", subjects: ["C"] });
  });

  it("name no infinite value for ties or the first slot either", () => {
    expect(refusal([tally("A", "B", 3, 0, 2)])).toMatchObject({ code: "no_finite_fit" });
    expect(refusal([tally("A", "B", 0, 0, 2)])).toMatchObject({ code: "no_finite_fit" });
    expect(refusal([tally("A", "B", 3, 2)], { firstSlot: true })).toMatchObject({ code: "first_slot_not_identified" });
    const alwaysFirst = [tally("A", "B", 3, 0), tally("B", "A", 4, 0)];
    expect(refusal(alwaysFirst, { firstSlot: true })).toMatchObject({ code: "first_slot_not_identified" });
    expect(bradleyTerry(alwaysFirst).models).toHaveLength(2);
  });

  it("are refused when there are none, or counts make no sense", () => {
    expect(refusal([])).toMatchObject({ code: "empty_input" });
    expect(refusal([tally("A", "A", 1, 1)])).toMatchObject({ code: "invalid_argument", subjects: ["A"] });
    expect(refusal([tally("A", "B", -1, 1)])).toMatchObject({ code: "invalid_argument" });
    expect(refusal([tally("A", "B", 0.5, 1)])).toMatchObject({ code: "invalid_argument" });
    expect(refusal([tally("A", "B", 2, 1)], { reference: "Z" })).toMatchObject({ code: "unknown_model" });
  });
});
