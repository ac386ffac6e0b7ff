import { Outbox, type OutboxOptions, type OutboxState, type SendResult } from "./outbox";
import type { OutboxEntry, OutboxStore } from "./outbox-store";

/** What an outbox holds: the first word of its channel's name. */
export const outboxKinds = ["decisions", "adjudications", "votes"] as const;
export type OutboxKind = (typeof outboxKinds)[number];

/** `subjectId`: the round or comparison */
export type Address = { studyId: string; subjectId: string; personId: string };
export type Senders = Record<OutboxKind, (address: Address, payloads: unknown[]) => Promise<SendResult[]>>;

type Left = { channel: string; kind: OutboxKind; subjectId: string; entries: OutboxEntry<unknown>[] };

/** One person's entries by channel; whatever belongs to somebody else on this device is not looked at. */
async function leftOf(store: OutboxStore<unknown>, personId: string): Promise<Left[]> {
  const channels = new Map<string, Left>();
  for (const entry of await store.listAll()) {
    const [name, subjectId = "", owner] = entry.channel.split(" ");
    const kind = outboxKinds.find((one) => one === name);
    if (!kind || owner !== personId) continue;
    const left = channels.get(entry.channel) ?? { channel: entry.channel, kind, subjectId, entries: [] };
    left.entries.push(entry);
    channels.set(entry.channel, left);
  }
  return [...channels.values()];
}

/** How many decisions (adjudications too) and votes of one person on this device. */
export type Counts = { decisions: number; votes: number };

const countedAs = (kind: OutboxKind) => (kind === "votes" ? "votes" : "decisions");

/** What the server does not have. */
export async function countUnsent(store: OutboxStore<unknown>, personId: string): Promise<Counts> {
  const unsent: Counts = { decisions: 0, votes: 0 };
  for (const { kind, entries } of await leftOf(store, personId)) {
    unsent[countedAs(kind)] += entries.filter((entry) => !entry.refusedBecause).length;
  }
  return unsent;
}

/** What became of it: still here, refused for good by reason, too late to count. `trouble`: why the rest is still here. */
export type Sent = {
  unsent: Counts;
  refused: { kind: OutboxKind; code: string; count: number }[];
  late: Counts;
  trouble: Trouble;
};
type Trouble = Exclude<OutboxState["state"], "sending">;

/**
 * Tries once to send all that one person has left on this device, each channel as its own page would: in order, one window
 * at a time. What has no study stored with it waits for its page.
 */
export async function sendLeft(
  store: OutboxStore<unknown>,
  personId: string,
  senders: Senders,
  exclusively: (channel: string, work: () => Promise<void>) => Promise<void> = (_, work) => work(),
  changed: (channel: string) => void = () => {},
): Promise<Sent> {
  let trouble: Trouble = "idle";
  const late: Counts = { decisions: 0, votes: 0 };
  for (const { channel, kind, subjectId, entries } of await leftOf(store, personId)) {
    const studyId = entries.find((entry) => entry.studyId)?.studyId;
    if (!studyId || entries.every((entry) => entry.refusedBecause)) continue;
    const options: OutboxOptions<unknown> = {
      channel,
      store,
      send: (payloads) => senders[kind]({ studyId, subjectId, personId }, payloads),
      exclusively: (work) => exclusively(channel, work),
      changed: () => changed(channel),
      // Once: who waits is told, and the next page tries again.
      wait: () => () => {},
    };
    const outbox = new Outbox(options);
    await outbox.flush();
    const { state, late: came } = outbox.read();
    outbox.close();
    late[countedAs(kind)] += came;
    if (state !== "idle" && state !== "sending") trouble = state;
  }
  return { unsent: await countUnsent(store, personId), refused: await listRefused(store, personId), late, trouble };
}

async function listRefused(store: OutboxStore<unknown>, personId: string): Promise<Sent["refused"]> {
  const refused = new Map<string, Sent["refused"][number]>();
  for (const { kind, entries } of await leftOf(store, personId)) {
    for (const { refusedBecause: code } of entries) {
      if (!code) continue;
      const name = `${kind} ${code}`;
      refused.set(name, { kind, code, count: (refused.get(name)?.count ?? 0) + 1 });
    }
  }
  return [...refused.values()];
}

/** The person has read why these were refused. */
export async function forgetRefused(store: OutboxStore<unknown>, personId: string): Promise<void> {
  const entries = (await leftOf(store, personId)).flatMap((left) => left.entries);
  await store.remove(entries.filter((entry) => entry.refusedBecause).map((entry) => entry.sequence));
}
