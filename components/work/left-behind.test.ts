import { describe, expect, it } from "vitest";
import { CallError } from "@/lib/platform/http/call";
import { type Address, countUnsent, forgetRefused, type Senders, sendLeft } from "./left-behind";
import type { SendResult } from "./outbox";
import { MemoryStore } from "./outbox-store";

const study = "study";

const answers = {
  kept: { status: "kept" },
  refused: { status: "refused", code: "item_not_claimed" },
  late: { status: "kept", code: "round_closed" },
} satisfies Record<string, SendResult>;

/** A server that answers every payload as told, and remembers what came for whom. */
function bench(answer: (payload: unknown) => keyof typeof answers = () => "kept") {
  const came: { address: Address; payloads: unknown[] }[] = [];
  const send = async (address: Address, payloads: unknown[]) => {
    came.push({ address, payloads });
    return payloads.map((payload) => answers[answer(payload)]);
  };
  const senders: Senders = { decisions: send, adjudications: send, votes: send };
  return { came, senders, store: new MemoryStore<unknown>() };
}

async function fill(store: MemoryStore<unknown>) {
  await store.add("decisions round-1 anna", "first", study);
  await store.add("decisions round-1 anna", "second", study);
  await store.add("adjudications round-2 anna", "settled", study);
  await store.add("votes comparison anna", "vote", study);
  await store.add("decisions round-1 bert", "bert's", study);
}

describe("what a person has left unsent on a device", () => {
  it("is counted over all rounds and comparisons, and only their own", async () => {
    const { store } = bench();
    await fill(store);
    expect(await countUnsent(store, "anna")).toEqual({ decisions: 3, votes: 1 });
    expect(await countUnsent(store, "bert")).toEqual({ decisions: 1, votes: 0 });
    expect(await countUnsent(store, "carla")).toEqual({ decisions: 0, votes: 0 });
  });

  it("goes out in order and to its own study and round; nothing of anybody else's does", async () => {
    const { store, senders, came } = bench();
    await fill(store);
    expect(await sendLeft(store, "anna", senders)).toEqual({
      unsent: { decisions: 0, votes: 0 },
      refused: [],
      late: { decisions: 0, votes: 0 },
      trouble: "idle",
    });
    const personId = "anna";
    expect(came).toEqual([
      { address: { studyId: study, subjectId: "round-1", personId }, payloads: ["first", "second"] },
      { address: { studyId: study, subjectId: "round-2", personId }, payloads: ["settled"] },
      { address: { studyId: study, subjectId: "comparison", personId }, payloads: ["vote"] },
    ]);
    expect(await store.list("decisions round-1 bert")).toHaveLength(1);
  });

  it("is not sent when the next person signs in, and is once its own person is back", async () => {
    const { store, senders, came } = bench();
    await fill(store);
    await sendLeft(store, "carla", senders);
    expect(came).toEqual([]);
    await sendLeft(store, "bert", senders);
    expect(came.map(({ address }) => address.personId)).toEqual(["bert"]);
    expect(await countUnsent(store, "anna")).toEqual({ decisions: 3, votes: 1 });
    await sendLeft(store, "anna", senders);
    expect(await countUnsent(store, "anna")).toEqual({ decisions: 0, votes: 0 });
  });

  it("stays where there is no connection or no session, and says which", async () => {
    const { store, senders } = bench();
    await fill(store);
    const offline = async () => {
      throw new CallError(0, null);
    };
    const failing = { ...senders, decisions: offline };
    expect(await sendLeft(store, "anna", failing)).toMatchObject({
      unsent: { decisions: 2, votes: 0 },
      trouble: "waiting",
    });
    const signedOut = async () => {
      throw new CallError(401, { type: "about:blank", status: 401, code: "not_signed_in", title: "", fields: [] });
    };
    expect(await sendLeft(store, "anna", { ...senders, decisions: signedOut })).toMatchObject({
      unsent: { decisions: 2, votes: 0 },
      trouble: "signed_out",
    });
  });

  it("tells what is refused for good, until the person has read it", async () => {
    const { store, senders } = bench((payload) => (payload === "second" ? "refused" : "kept"));
    await fill(store);
    const { unsent, refused } = await sendLeft(store, "anna", senders);
    expect(unsent).toEqual({ decisions: 0, votes: 0 });
    expect(refused).toEqual([{ kind: "decisions", code: "item_not_claimed", count: 1 }]);
    await forgetRefused(store, "anna");
    expect((await sendLeft(store, "anna", senders)).refused).toEqual([]);
    expect(await countUnsent(store, "bert")).toEqual({ decisions: 1, votes: 0 });
  });

  it("is told of once where it came too late to count, and is not kept here then", async () => {
    const { store, senders } = bench((payload) => (payload === "second" || payload === "vote" ? "late" : "kept"));
    await fill(store);
    const sent = await sendLeft(store, "anna", senders);
    expect(sent).toMatchObject({ refused: [], late: { decisions: 1, votes: 1 }, unsent: { decisions: 0, votes: 0 } });
    expect((await sendLeft(store, "anna", senders)).late).toEqual({ decisions: 0, votes: 0 });
    expect((await store.listAll()).map(({ payload }) => payload)).toEqual(["bert's"]);
  });

  it("waits for its own page where no study is stored with it", async () => {
    const { store, senders, came } = bench();
    await store.add("decisions round-1 anna", "stored earlier");
    await store.add("something else anna", "unknown", study);
    expect((await sendLeft(store, "anna", senders)).unsent).toEqual({ decisions: 1, votes: 0 });
    expect(came).toEqual([]);
  });
});
