import { describe, expect, it } from "vitest";
import { ActiveTime } from "./active-time";

describe("active time", () => {
  it("counts time with signs of life", () => {
    const clock = new ActiveTime(0);
    clock.touch(10_000);
    clock.touch(25_000);
    expect(clock.take(30_000)).toBe(30_000);
    expect(clock.take(34_000)).toBe(4000);
  });

  it("leaves out pauses beyond half a minute", () => {
    const clock = new ActiveTime(0);
    clock.touch(600_000);
    expect(clock.take(605_000)).toBe(35_000);
  });

  it("leaves out time in which the page was hidden", () => {
    const clock = new ActiveTime(0);
    clock.hide(5000);
    clock.show(100_000);
    expect(clock.take(103_000)).toBe(8000);
    clock.hide(104_000);
    expect(clock.take(200_000)).toBe(1000);
    expect(clock.take(210_000)).toBe(0);
  });

  it("is not confused by a clock that was set back", () => {
    const clock = new ActiveTime(10_000);
    clock.touch(4000);
    expect(clock.take(6000)).toBe(2000);
  });
});
