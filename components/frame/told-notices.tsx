"use client";

import type { Sent } from "@/components/work/left-behind";
import type { OutboxState } from "@/components/work/outbox";
import { SendingNotices } from "@/components/work/sending-notices";

/** What of a person's decisions left on this device the server will never take, by reason, and what came too late to count. */
export function ToldNotices(props: Pick<Sent, "refused" | "late"> & { onDismiss: () => void }) {
  const of = (votes: boolean): OutboxState => ({
    known: true,
    unsent: 0,
    state: "idle",
    refused: props.refused.filter(({ kind }) => (kind === "votes") === votes),
    late: props.late[votes ? "votes" : "decisions"],
    lasting: true,
  });
  return (
    <>
      <SendingNotices of="decisions" state={of(false)} signedOut={false} onDismissTold={props.onDismiss} />
      <SendingNotices of="votes" state={of(true)} signedOut={false} onDismissTold={props.onDismiss} />
    </>
  );
}
