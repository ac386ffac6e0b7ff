"use client";

import { useEffect, useRef } from "react";

const typing = "input, textarea, select, [contenteditable]";

/** A key that belongs to the page: not held down, not part of a shortcut of the browser, not typed into something. */
export function pageKeyOf(event: KeyboardEvent): string | null {
  if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(typing) || target?.closest('[role="dialog"], [role="menu"]')) return null;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** Keys of a work screen. `enabled` false: a dialog is open. */
export function useKeys(actions: Record<string, () => void>, enabled: boolean): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    if (!enabled) return;
    const press = (event: KeyboardEvent) => {
      const key = pageKeyOf(event);
      const action = key === null ? undefined : latest.current[key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [enabled]);
}
