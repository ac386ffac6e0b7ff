import { describe, expect, it } from "vitest";
import { estimateTogether } from "./rules";
import type { Estimate } from "./schema";

const GIB = 1024 ** 3;
const estimate = (changes: Partial<Estimate> = {}): Estimate => ({
  ...{ seconds: 100, speed: null, gpus: 2, disk: null, cost: { amount: 4, currency: "EUR" }, shortages: [] },
  memory: { parts: [{ name: "weights", bytes: 2 * GIB }], bytes: 2 * GIB, availableBytes: 80 * GIB },
  ...changes,
});

describe("what several runs need together", () => {
  it("is the sum of times, costs and results, and the largest memory", () => {
    const disk = (gib: number) => ({
      parts: [{ name: "model" as const, bytes: gib * GIB }],
      bytes: gib * GIB,
      availableBytes: 9 * GIB,
    });
    const larger = { parts: [{ name: "weights" as const, bytes: 5 * GIB }], bytes: 5 * GIB, availableBytes: 80 * GIB };
    const together = estimateTogether([
      estimate({ disk: disk(1) }),
      estimate({ seconds: 50, memory: larger, cost: { amount: 1.5, currency: "EUR" }, disk: disk(2) }),
    ]);
    expect(together).toMatchObject({ seconds: 150, cost: { amount: 5.5, currency: "EUR" }, memory: larger, gpus: 2 });
    expect(together.disk).toEqual(disk(3));
  });

  it("is not known where a part of it isn't", () => {
    const unknown = estimate({ seconds: null, cost: null });
    expect(estimateTogether([estimate(), unknown])).toMatchObject({ seconds: null, cost: null });
    expect(estimateTogether([unknown, estimate()])).toMatchObject({ seconds: null, cost: null });
  });

  it("tells each reason why one can't fit once, by the run that lacks most", () => {
    const short = (needed: number) => ({ code: "gpu_memory_short" as const, needed, available: 80, parts: [] });
    const disk = { code: "disk_short" as const, needed: 3, available: 1, parts: [] };
    const { shortages } = estimateTogether([
      estimate({ shortages: [short(90)] }),
      estimate({ shortages: [short(120), disk] }),
    ]);
    expect(shortages).toEqual([short(120), disk]);
  });

  it("of one run is its own", () => {
    expect(estimateTogether([estimate()])).toEqual(estimate());
  });
});
