import { type Counts, countUnsent, forgetRefused, type Sent, sendLeft } from "@/components/work/left-behind";
import { openOutboxStore } from "@/components/work/outbox-store";
import { exclusively } from "@/components/work/use-outbox";
import { outboxSenders } from "./outbox-senders";

/** Tries once to send what this person has left on this device; other windows look again. */
export async function sendAllLeft(personId: string): Promise<Sent> {
  const store = await openOutboxStore<unknown>();
  return sendLeft(store, personId, outboxSenders, exclusively, (channel) => {
    const neighbours = new BroadcastChannel(`outbox ${channel}`);
    neighbours.postMessage("changed");
    neighbours.close();
  });
}

export async function countAllUnsent(personId: string): Promise<Counts> {
  return countUnsent(await openOutboxStore<unknown>(), personId);
}

export async function forgetAllRefused(personId: string): Promise<void> {
  await forgetRefused(await openOutboxStore<unknown>(), personId);
}
