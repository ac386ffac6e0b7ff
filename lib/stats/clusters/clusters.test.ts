import { describe, expect, it } from "vitest";
import { choleskyFactor, invertLowerTriangle } from "../numerics/cholesky";
import { dot, identity, Matrix, sandwich } from "../numerics/matrix";
import { normalGenerator } from "../numerics/random";
import { applyToEigenvalues, symmetricEigen } from "../numerics/symmetric-eigen";
import { multiwayRobust } from "./multiway";
import {
  type ClusterDimension,
  intersectClusters,
  numberClusters,
  type ObservationKind,
  singleObservations,
} from "./observations";
import { clusterRobust } from "./one-way";

const normal = normalGenerator(9);

function expectClose(one: Matrix, other: Matrix) {
  for (const [i, value] of one.values.entries()) expect(value).toBeCloseTo(other.values[i] ?? 0, 10);
}

/** A linear regression with `columns` regressors: design, residuals, and the fitted model in the form of this room. */
function regression(rows: number, columns: number) {
  const design = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) design.set(i, j, j === 0 ? 1 : normal());
  const outcome = Float64Array.from({ length: rows }, () => normal());
  const { factor } = choleskyFactor(design.transposed().times(design));
  const inverse = invertLowerTriangle(factor);
  const inverseInformation = inverse.transposed().times(inverse);
  const fitted = design.timesVector(inverseInformation.timesVector(design.transposed().timesVector(outcome)));
  const residuals = outcome.map((value, i) => value - (fitted[i] ?? 0));
  const kinds = Array.from({ length: rows }, (_, i): ObservationKind => {
    const row = [...design.row(i)];
    return {
      parameters: row.map((_value, j) => j),
      score: row.map((value) => value * (residuals[i] ?? 0)),
      information: row.flatMap((a) => row.map((b) => a * b)),
    };
  });
  const observations = { kind: Int32Array.from({ length: rows }, (_, i) => i), count: new Float64Array(rows).fill(1) };
  return { design, residuals, observations, model: { inverseInformation, kinds } };
}

/** CR2 and its degrees of freedom as in Pustejovsky and Tipton (2018), with the whole hat matrix. */
function directCR2({ design, residuals, model }: ReturnType<typeof regression>, cluster: Int32Array, contrast: number) {
  const [rows, columns] = [design.rows, design.columns];
  const hat = sandwich(design, model.inverseInformation);
  const unhat = identity(rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < rows; j++) unhat.add(i, j, -hat.at(i, j));
  const direction = model.inverseInformation.row(contrast);
  let variance = 0;
  const vectors = [...new Set(cluster)].map((id) => {
    const members = [...cluster.keys()].filter((row) => cluster[row] === id);
    const block = new Matrix(members.length, members.length);
    for (const [i, r] of members.entries()) for (const [j, c] of members.entries()) block.set(i, j, unhat.at(r, c));
    const adjust = applyToEigenvalues(block, (value) => (value > 1e-8 ? 1 / Math.sqrt(value) : 0));
    const own = Float64Array.from(members, (row) => dot(design.row(row), direction));
    const weights = adjust.timesVector(own);
    variance +=
      dot(
        weights,
        members.map((row) => residuals[row] ?? 0),
      ) ** 2;
    const vector = new Float64Array(rows);
    members.forEach((row, i) => {
      for (let k = 0; k < rows; k++) vector[k] = (vector[k] ?? 0) + (weights[i] ?? 0) * unhat.at(row, k);
    });
    return vector;
  });
  let [trace, square] = [0, 0];
  for (const one of vectors) {
    trace += dot(one, one);
    for (const other of vectors) square += dot(one, other) ** 2;
  }
  expect(columns).toBe(model.inverseInformation.rows);
  return { variance, degreesOfFreedom: trace ** 2 / square };
}

describe("cluster-robust covariance", () => {
  it("of few clusters is CR2 with Satterthwaite degrees of freedom, as computed with the whole hat matrix", () => {
    const fit = regression(40, 3);
    const cluster = Int32Array.from({ length: 40 }, (_, i) => Math.floor(Math.sqrt(i)));
    const robust = clusterRobust(fit.model, fit.observations, { cluster, count: 7 }, identity(3));
    for (const contrast of [0, 1, 2]) {
      const direct = directCR2(fit, cluster, contrast);
      expect(robust.covariance.at(contrast, contrast)).toBeCloseTo(direct.variance, 10);
      expect(robust.degreesOfFreedom[contrast]).toBeCloseTo(direct.degreesOfFreedom, 8);
    }
  });

  it("of a mean over equal clusters has one degree of freedom less than there are clusters", () => {
    const fit = regression(30, 1);
    const cluster = Int32Array.from({ length: 30 }, (_, i) => i % 6);
    const { degreesOfFreedom, covariance } = clusterRobust(
      fit.model,
      fit.observations,
      { cluster, count: 6 },
      identity(1),
    );
    expect(degreesOfFreedom[0]).toBeCloseTo(5, 8);
    const sums = Array.from({ length: 6 }, (_, id) =>
      fit.residuals.reduce((sum, value, i) => (i % 6 === id ? sum + value : sum), 0),
    );
    const variance = (6 / 5) * sums.reduce((sum, value) => sum + (value / 30) ** 2, 0);
    expect(covariance.at(0, 0)).toBeCloseTo(variance, 10);
  });

  it("of many clusters is the sum of outer products of cluster scores times G / (G − 1)", () => {
    const fit = regression(180, 3);
    const cluster = Int32Array.from({ length: 180 }, (_, i) => i % 60);
    const { covariance, degreesOfFreedom } = clusterRobust(
      fit.model,
      fit.observations,
      { cluster, count: 60 },
      identity(3),
    );
    const meat = new Matrix(3, 3);
    for (let id = 0; id < 60; id++) {
      const score = [0, 1, 2].map((j) =>
        fit.residuals.reduce((sum, value, i) => (i % 60 === id ? sum + value * fit.design.at(i, j) : sum), 0),
      );
      for (const [i, a] of score.entries()) for (const [j, b] of score.entries()) meat.add(i, j, (a * b * 60) / 59);
    }
    const direct = sandwich(fit.model.inverseInformation, meat);
    expectClose(covariance, direct);
    expect(degreesOfFreedom[0]).toBeGreaterThan(58);
    expect(degreesOfFreedom[0]).toBeLessThanOrEqual(59);
  });

  it("of two parameters is CR2 with many clusters too", () => {
    const fit = regression(130, 2);
    const cluster = Int32Array.from({ length: 130 }, (_, i) => (i < 40 ? i % 2 : i - 38));
    const robust = clusterRobust(fit.model, fit.observations, { cluster, count: 92 }, identity(2));
    for (const contrast of [0, 1]) {
      const direct = directCR2(fit, cluster, contrast);
      expect(robust.covariance.at(contrast, contrast)).toBeCloseTo(direct.variance, 10);
      expect(robust.degreesOfFreedom[contrast]).toBeCloseTo(direct.degreesOfFreedom, 8);
    }
  });

  it("has few degrees of freedom when few of many clusters are large", () => {
    const fit = regression(400, 1);
    const cluster = Int32Array.from({ length: 400 }, (_, i) => (i < 300 ? i % 3 : i));
    const numbered = numberClusters([...cluster].map(String));
    const { degreesOfFreedom } = clusterRobust(fit.model, fit.observations, numbered, identity(1));
    expect(degreesOfFreedom[0]).toBeLessThan(6);
  });

  it("in two dimensions is the sum of both less the intersection, if nothing has to be raised", () => {
    const fit = regression(600, 1);
    const [first, second] = [new Int32Array(600), new Int32Array(600)];
    for (let i = 0; i < 600; i++) [first[i], second[i]] = [i % 10, Math.floor(i / 10) % 20];
    const effect = (id: number) => 2 * Math.sin(3 * id);
    const kinds = fit.model.kinds.map((kind, i) => {
      const [a = 0, b = 0] = [first[i], second[i]];
      return { ...kind, score: [(fit.residuals[i] ?? 0) + effect(a) + effect(b + 0.5)] };
    });
    const model = { ...fit.model, kinds };
    const [one, two] = [
      { cluster: first, count: 10 },
      { cluster: second, count: 20 },
    ];
    const variance = (dimension: ClusterDimension) =>
      clusterRobust(model, fit.observations, dimension, identity(1)).covariance.at(0, 0);
    const both = intersectClusters(one, two);
    expect(both.count).toBe(200);
    const sum = variance(one) + variance(two) - variance(both);
    const multiway = multiwayRobust(model, fit.observations, [one, two], identity(1));
    expect(multiway.covariance.at(0, 0)).toBeCloseTo(sum, 12);
    expect(sum).toBeGreaterThan(variance(one));
    expect(multiway.degreesOfFreedom[0]).toBeGreaterThanOrEqual(9);
  });

  it("leaves out a dimension with one cluster, and is never below that of single observations", () => {
    const fit = regression(80, 2);
    const alone = clusterRobust(fit.model, fit.observations, singleObservations(fit.observations), identity(2));
    const oneVoter = { cluster: new Int32Array(80), count: 1 };
    expect(multiwayRobust(fit.model, fit.observations, [oneVoter], identity(2))).toEqual(alone);
    const pairs = { cluster: Int32Array.from({ length: 80 }, (_, i) => i >> 3), count: 10 };
    const robust = multiwayRobust(fit.model, fit.observations, [pairs, oneVoter], identity(2));
    for (const c of [0, 1]) {
      expect(robust.covariance.at(c, c)).toBeGreaterThanOrEqual(alone.covariance.at(c, c) - 1e-15);
    }
  });

  it("counts rows of several observations as that many", () => {
    const fit = regression(12, 2);
    const twice = { kind: fit.observations.kind, count: new Float64Array(12).fill(2) };
    const listed = {
      kind: Int32Array.from({ length: 24 }, (_, i) => i % 12),
      count: new Float64Array(24).fill(1),
    };
    const a = clusterRobust(fit.model, twice, singleObservations(twice), identity(2));
    const b = clusterRobust(fit.model, listed, singleObservations(listed), identity(2));
    expectClose(a.covariance, b.covariance);
  });
});

describe("matrices", () => {
  it("come back from their eigenvalues and factors", () => {
    const root = new Matrix(
      5,
      5,
      Float64Array.from({ length: 25 }, () => normal()),
    );
    const symmetric = sandwich(root, identity(5));
    expectClose(
      applyToEigenvalues(symmetric, (value) => value),
      symmetric,
    );
    const { factor, dependent } = choleskyFactor(symmetric);
    expect(dependent).toEqual([]);
    expectClose(sandwich(factor, identity(5)), symmetric);
    const trace = symmetricEigen(symmetric).values.reduce((sum, value) => sum + value, 0);
    expect(trace).toBeCloseTo(
      [0, 1, 2, 3, 4].reduce((sum, i) => sum + symmetric.at(i, i), 0),
      10,
    );
  });

  it("show which columns depend on earlier ones", () => {
    const matrix = new Matrix(3, 3, Float64Array.of(1, 2, 0, 2, 4, 0, 0, 0, 1));
    expect(choleskyFactor(matrix).dependent).toEqual([1]);
  });
});
