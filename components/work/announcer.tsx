"use client";

import { useCallback, useState } from "react";

/** Words for screen readers. A repeated sentence is read again, since the element that holds it is new. */
export function useAnnouncer() {
  const [said, setSaid] = useState({ text: "", turn: 0 });
  const announce = useCallback((text: string) => setSaid((before) => ({ text, turn: before.turn + 1 })), []);
  const element = (
    <div aria-live="polite" aria-atomic className="sr-only">
      <p key={said.turn}>{said.text}</p>
    </div>
  );
  return { announce, element };
}
