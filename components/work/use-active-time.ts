"use client";

import { useCallback, useEffect, useRef } from "react";
import { ActiveTime } from "./active-time";

const signsOfLife = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "scroll"] as const;

/** Answers a function that takes the active milliseconds since it was last called. */
export function useActiveTime(): () => number {
  const clock = useRef<ActiveTime | null>(null);
  useEffect(() => {
    const active = new ActiveTime(performance.now());
    if (document.hidden) active.hide(performance.now());
    clock.current = active;
    const touch = () => {
      if (!document.hidden) active.touch(performance.now());
    };
    const visibility = () => (document.hidden ? active.hide(performance.now()) : active.show(performance.now()));
    for (const sign of signsOfLife) window.addEventListener(sign, touch, { passive: true, capture: true });
    document.addEventListener("visibilitychange", visibility);
    return () => {
      for (const sign of signsOfLife) window.removeEventListener(sign, touch, { capture: true });
      document.removeEventListener("visibilitychange", visibility);
    };
  }, []);
  return useCallback(() => clock.current?.take(performance.now()) ?? 0, []);
}
