import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { askAtPace } from "./ask-at-pace";
import { EndpointBusy } from "./post-chat";

type Thing = { id: string };

/** `count` things in order, each given out once; what is not told is: room for all, nothing given up, time without end. */
function work(
  count: number,
  ask: (id: number) => Promise<void>,
  { room = () => Number.POSITIVE_INFINITY, givenUp = (_failures: number): boolean => false } = {},
) {
  const things = Array.from({ length: count }, (_, index): Thing => ({ id: String(index) }));
  return askAtPace<Thing>({
    id: randomUUID(),
    concurrency: 2,
    until: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    room: async () => room(),
    next: async (limit) => things.splice(0, limit),
    ask: (thing) => ask(Number(thing.id)),
    onBusy: async (_thing, failures) => givenUp(failures),
  });
}

describe("asking at the endpoint's pace", () => {
  it("holds nothing up for one slow answer", async () => {
    const asked: number[] = [];
    let answerFirst = () => {};
    const first = new Promise<void>((resolve) => {
      answerFirst = resolve;
    });
    await work(20, async (id) => {
      asked.push(id);
      if (id === 0) await first;
      if (id === 19) answerFirst();
    });
    expect(asked).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("asks for no more at a time than wanted, nor than there is room for", async () => {
    const most = async (room: number) => {
      let underWay = 0;
      let atOnce = 0;
      let left = room;
      let done = 0;
      const answer = async () => {
        underWay += 1;
        atOnce = Math.max(atOnce, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        left -= 1;
        done += 1;
      };
      await work(30, answer, { room: () => left });
      return { atOnce, done };
    };
    expect(await most(1000)).toEqual({ atOnce: 2, done: 30 });
    expect(await most(1)).toEqual({ atOnce: 1, done: 1 });
    expect(await most(7)).toEqual({ atOnce: 2, done: 7 });
  });

  it("asks again for what the endpoint was too busy for, after the others that wait", async () => {
    const asked: number[] = [];
    const ask = async (id: number) => {
      asked.push(id);
      if (id === 1 && asked.filter((other) => other === 1).length < 3) throw new EndpointBusy("429", 0.001);
    };
    expect(await work(6, ask)).toBeNull();
    expect(asked.filter((id) => id === 1)).toHaveLength(3);
    expect(new Set(asked).size).toBe(6);
    expect(asked).toHaveLength(8);
  });

  it("asks no more for what was given up", async () => {
    const asked: number[] = [];
    const ask = async (id: number) => {
      asked.push(id);
      if (id === 1) throw new EndpointBusy("500", 0.001);
    };
    expect(await work(6, ask, { givenUp: (failures) => failures === 2 })).toBeNull();
    expect(asked.filter((id) => id === 1)).toHaveLength(2);
    expect(asked).toHaveLength(7);
  });

  it("says why it should pause where nothing succeeds", async () => {
    const reason = await work(100, async () => {
      throw new EndpointBusy("connection refused", 0.001);
    });
    expect(reason).toBe("connection refused");
  });

  it("ends with what else is thrown, after those under way", async () => {
    let others = 0;
    const ended = work(10, async (id) => {
      if (id === 1) throw new Error("refused");
      await new Promise((resolve) => setImmediate(resolve));
      others += 1;
    });
    await expect(ended).rejects.toThrow("refused");
    expect(others).toBe(1);
  });
});
