"use client";

import { useEffect, useState } from "react";
import type { Sent } from "@/components/work/left-behind";
import { RefusedNotices } from "./refused-notices";
import { forgetAllRefused, sendAllLeft } from "./send-left";

const nothing: Sent["refused"] = [];

/**
 * Sends what this person decided on this device and could not send before they left it: after they have signed in again,
 * and when the connection is back. Says only what the server will never take.
 */
export function LeftBehind({ personId }: { personId: string }) {
  const [refused, setRefused] = useState(nothing);
  useEffect(() => {
    const send = () =>
      void sendAllLeft(personId).then(
        (sent) => setRefused(sent.refused),
        // A browser that keeps nothing has left nothing behind.
        () => undefined,
      );
    send();
    window.addEventListener("online", send);
    return () => window.removeEventListener("online", send);
  }, [personId]);
  const dismiss = () => {
    setRefused(nothing);
    void forgetAllRefused(personId);
  };
  if (refused.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 border-b border-line px-4 py-2">
      <RefusedNotices refused={refused} onDismiss={dismiss} />
    </div>
  );
}
