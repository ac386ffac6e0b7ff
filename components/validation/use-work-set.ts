"use client";

import { useEffect, useState } from "react";
import { setSizeFor } from "@/lib/validation/rules";

type WorkSet = { from: number; size: number };

function readSet(key: string): WorkSet | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (typeof value !== "object" || value === null || !("from" in value) || !("size" in value)) return null;
    return typeof value.from === "number" && typeof value.size === "number"
      ? { from: value.from, size: value.size }
      : null;
  } catch {
    return null;
  }
}

/**
 * Work in sets of about ten minutes, taken up again where they were left. Browsers that keep nothing begin a new one.
 * Null until `counted`, when the person's count is known.
 */
export function useWorkSet(key: string, counted: boolean, count: number, open: number, pace: number | null) {
  const [set, setSet] = useState<WorkSet | null>(null);
  const begin = () => {
    const next = { from: count, size: setSizeFor(pace) };
    setSet(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Only the place within the set is forgotten.
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once, when the count is known
  useEffect(() => {
    if (!counted) return;
    const stored = readSet(key);
    if (stored && count >= stored.from && count < stored.from + stored.size) setSet(stored);
    else begin();
  }, [key, counted]);

  if (!set) return null;
  // Undone beyond the beginning of the set.
  const done = count - Math.min(set.from, count);
  const total = Math.max(done, Math.min(set.size, done + open));
  return { done, total, finished: done >= set.size, goOn: begin };
}
