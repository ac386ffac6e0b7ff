"use client";

import type { Sent } from "@/components/work/left-behind";
import type { OutboxState } from "@/components/work/outbox";
import { SendingNotices } from "@/components/work/sending-notices";

/** What the server will never take of what a person left on this device, by reason. */
export function RefusedNotices(props: { refused: Sent["refused"]; onDismiss: () => void }) {
  const of = (votes: boolean): OutboxState => ({
    known: true,
    unsent: 0,
    state: "idle",
    refused: props.refused.filter(({ kind }) => (kind === "votes") === votes),
    lasting: true,
  });
  return (
    <>
      <SendingNotices of="decisions" state={of(false)} signedOut={false} onDismissRefused={props.onDismiss} />
      <SendingNotices of="votes" state={of(true)} signedOut={false} onDismissRefused={props.onDismiss} />
    </>
  );
}
