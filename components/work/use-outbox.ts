"use client";

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Outbox, type OutboxState, type SendResult } from "./outbox";
import { openOutboxStore } from "./outbox-store";

const nothing: OutboxState = { known: false, unsent: 0, state: "idle", refused: [], late: 0, lasting: true };
const subscribeNothing = () => () => {};
const readNothing = () => nothing;

/** One flush at a time over all windows; without TLS browsers have no locks, and idempotency keys alone prevent doubles. */
export function exclusively(channel: string, work: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request(`outbox ${channel}`, work);
}

/** The outbox of a channel such as "decisions ROUND PERSON" of a study; null until the browser's store is open. */
export function useOutbox<T>(
  channel: string,
  studyId: string,
  send: (payloads: T[]) => Promise<SendResult[]>,
): { outbox: Outbox<T> | null; state: OutboxState } {
  const [outbox, setOutbox] = useState<Outbox<T> | null>(null);
  const latestSend = useRef(send);
  useEffect(() => {
    latestSend.current = send;
  });

  useEffect(() => {
    let opened: Outbox<T> | null = null;
    let left = false;
    const neighbours = new BroadcastChannel(`outbox ${channel}`);
    const retry = () => {
      if (!document.hidden) void opened?.flush();
    };
    // What is only in memory would be lost.
    const warn = (event: BeforeUnloadEvent) => {
      const { unsent, lasting } = opened?.read() ?? nothing;
      if (unsent > 0 && !lasting) event.preventDefault();
    };
    void openOutboxStore<T>().then((store) => {
      if (left) return;
      opened = new Outbox<T>({
        channel,
        store,
        studyId,
        send: (payloads) => latestSend.current(payloads),
        exclusively: (work) => exclusively(channel, work),
        changed: () => neighbours.postMessage("changed"),
      });
      neighbours.onmessage = () => void opened?.refresh();
      setOutbox(opened);
      void opened.refresh().then(() => opened?.flush());
    });
    window.addEventListener("online", retry);
    window.addEventListener("focus", retry);
    document.addEventListener("visibilitychange", retry);
    window.addEventListener("beforeunload", warn);
    return () => {
      left = true;
      opened?.close();
      neighbours.close();
      window.removeEventListener("online", retry);
      window.removeEventListener("focus", retry);
      document.removeEventListener("visibilitychange", retry);
      window.removeEventListener("beforeunload", warn);
    };
  }, [channel, studyId]);

  const state = useSyncExternalStore(outbox?.subscribe ?? subscribeNothing, outbox?.read ?? readNothing, readNothing);
  return { outbox, state };
}
