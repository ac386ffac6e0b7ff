import { describe, expect, it } from "vitest";
import { CallError } from "@/lib/platform/http/call";
import { Outbox, type OutboxOptions, type SendResult } from "./outbox";
import { MemoryStore } from "./outbox-store";

const kept: SendResult = { status: "kept" };
const problem = (status: number, code: string) =>
  new CallError(status, { type: "about:blank", status, code, title: code, fields: [] });
const offline = () => new CallError(0, null);

/** A server that answers by a script, and a clock that is turned by hand. */
function bench(answer: (payloads: string[]) => SendResult[], options: Partial<OutboxOptions<string>> = {}) {
  const sent: string[][] = [];
  const waiting: { milliseconds: number; work: () => void }[] = [];
  const outbox = new Outbox<string>({
    channel: "decisions round anna",
    store: new MemoryStore<string>(),
    send: async (payloads) => {
      sent.push(payloads);
      return answer(payloads);
    },
    wait: (milliseconds, work) => {
      waiting.push({ milliseconds, work });
      return () => {};
    },
    ...options,
  });
  const settled = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return { outbox, sent, waiting, settled };
}

describe("the outbox", () => {
  it("sends in order and forgets what the server has kept", async () => {
    const { outbox, sent, settled } = bench((payloads) => payloads.map(() => kept));
    await outbox.put("a");
    await outbox.put("b");
    await settled();
    expect(sent.flat()).toEqual(["a", "b"]);
    expect(outbox.read()).toMatchObject({ unsent: 0, state: "idle" });
    expect(await outbox.pending()).toEqual([]);
  });

  it("keeps everything while there is no connection, and tries again with growing pauses", async () => {
    let online = false;
    const { outbox, sent, waiting, settled } = bench((payloads) => {
      if (!online) throw offline();
      return payloads.map(() => kept);
    });
    await outbox.put("a");
    await settled();
    expect(outbox.read()).toMatchObject({ unsent: 1, state: "waiting" });
    for (let turn = 0; turn < 7; turn++) {
      waiting.at(-1)?.work();
      await settled();
    }
    expect(waiting.map((one) => one.milliseconds)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    await outbox.put("b");
    online = true;
    await outbox.flush();
    await settled();
    expect(sent.at(-1)).toEqual(["a", "b"]);
    expect(outbox.read()).toMatchObject({ unsent: 0, state: "idle" });
  });

  it("keeps everything while the session is over or someone else is signed in, and says which", async () => {
    let status: () => CallError | null = () => problem(401, "not_signed_in");
    const { outbox, settled } = bench((payloads) => {
      const error = status();
      if (error) throw error;
      return payloads.map(() => kept);
    });
    await outbox.put("a");
    await settled();
    expect(outbox.read()).toMatchObject({ unsent: 1, state: "signed_out" });
    status = () => problem(409, "other_person_signed_in");
    await outbox.flush();
    expect(outbox.read()).toMatchObject({ unsent: 1, state: "other_person" });
    status = () => null;
    await outbox.flush();
    expect(outbox.read()).toMatchObject({ unsent: 0, state: "idle" });
  });

  it("keeps refused entries apart until their person has read why, and goes on with the others", async () => {
    const { outbox, settled } = bench((payloads) =>
      payloads.map((payload) => (payload === "strange" ? { status: "refused", code: "item_not_claimed" } : kept)),
    );
    await outbox.put("a");
    await outbox.put("strange");
    await outbox.put("b");
    await settled();
    expect(outbox.read()).toMatchObject({
      unsent: 0,
      state: "idle",
      refused: [{ code: "item_not_claimed", count: 1 }],
    });
    await outbox.dismissTold();
    expect(outbox.read().refused).toEqual([]);
  });

  it("counts what the server has kept too late to count, until its person has read it", async () => {
    const { outbox, settled } = bench((payloads) =>
      payloads.map((payload) => (payload === "late" ? { status: "kept", code: "round_closed" } : kept)),
    );
    for (const payload of ["a", "late", "late"]) await outbox.put(payload);
    await settled();
    expect(outbox.read()).toMatchObject({ unsent: 0, state: "idle", refused: [], late: 2 });
    expect(await outbox.pending()).toEqual([]);
    await outbox.dismissTold();
    expect(outbox.read().late).toBe(0);
  });

  it("finds the one entry for which a whole batch is refused", async () => {
    let online = false;
    const { outbox, sent, settled } = bench((payloads) => {
      if (!online) throw offline();
      if (payloads.includes("bad")) throw problem(400, "invalid_input");
      return payloads.map(() => kept);
    });
    for (const payload of ["a", "bad", "b"]) await outbox.put(payload);
    await settled();
    online = true;
    await outbox.flush();
    expect(sent.slice(-4)).toEqual([["a", "bad", "b"], ["a"], ["bad"], ["b"]]);
    expect(outbox.read()).toMatchObject({ unsent: 0, refused: [{ code: "invalid_input", count: 1 }] });
  });

  it("does not take a proxy's answer for a refusal", async () => {
    const { outbox, settled } = bench(() => {
      throw new CallError(403, null);
    });
    await outbox.put("a");
    await settled();
    expect(outbox.read()).toMatchObject({ unsent: 1, state: "waiting", refused: [] });
  });

  it("sends one batch at a time, and at most fifty entries in it", async () => {
    let [under, most] = [0, 0];
    const store = new MemoryStore<string>();
    for (let index = 0; index < 120; index++) await store.add("decisions round anna", String(index));
    const { outbox, sent } = bench(() => [], { store });
    const counted = new Outbox<string>({
      channel: "decisions round anna",
      store,
      send: async (payloads) => {
        under += 1;
        most = Math.max(most, under);
        sent.push(payloads);
        await Promise.resolve();
        under -= 1;
        return payloads.map(() => kept);
      },
    });
    await Promise.all([counted.flush(), counted.flush(), counted.flush()]);
    expect(most).toBe(1);
    expect(sent.map((batch) => batch.length)).toEqual([50, 50, 20]);
    expect(sent.flat()).toEqual(Array.from({ length: 120 }, (_, index) => String(index)));
    outbox.close();
  });

  it("sends nothing of another person or round", async () => {
    const store = new MemoryStore<string>();
    await store.add("decisions round bert", "bert's");
    const { outbox, sent, settled } = bench((payloads) => payloads.map(() => kept), { store });
    await outbox.put("anna's");
    await settled();
    expect(sent.flat()).toEqual(["anna's"]);
    expect(await store.list("decisions round bert")).toHaveLength(1);
  });
});
