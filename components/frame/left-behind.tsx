"use client";

import { useEffect, useState } from "react";
import type { Sent } from "@/components/work/left-behind";
import { forgetAllRefused, sendAllLeft } from "./send-left";
import { ToldNotices } from "./told-notices";

type Told = Pick<Sent, "refused" | "late">;
const nothing: Told = { refused: [], late: { decisions: 0, votes: 0 } };

/**
 * Sends what this person decided on this device and could not send before they left it: after they have signed in again,
 * and when the connection is back. Says only what the server will never take, and what
 * came too late to count.
 */
export function LeftBehind({ personId }: { personId: string }) {
  const [told, setTold] = useState(nothing);
  useEffect(() => {
    const send = () =>
      void sendAllLeft(personId).then(
        // Nothing tells a second time of what came too late.
        (sent) =>
          setTold(({ late }) => ({
            refused: sent.refused,
            late: { decisions: late.decisions + sent.late.decisions, votes: late.votes + sent.late.votes },
          })),
        // A browser that keeps nothing has left nothing behind.
        () => undefined,
      );
    send();
    window.addEventListener("online", send);
    return () => window.removeEventListener("online", send);
  }, [personId]);
  const dismiss = () => {
    setTold(nothing);
    void forgetAllRefused(personId);
  };
  if (told.refused.length + told.late.decisions + told.late.votes === 0) return null;
  return (
    <div className="flex flex-col gap-2 border-b border-line px-4 py-2">
      <ToldNotices {...told} onDismiss={dismiss} />
    </div>
  );
}
