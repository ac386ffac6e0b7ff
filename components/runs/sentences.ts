"use client";

import { type NamespaceKeys, type NestedKeyOf, useFormatter, useTranslations } from "next-intl";
import type { RunListItem } from "@/lib/compute/schema";
import type { Messages } from "@/messages";

type Namespace = "phases" | "units" | "parameters" | "summaries" | "roles" | "targets" | "metrics" | "metricUnits";

/** The word for a code that the runner gives, or the code itself where there is none yet. */
export function useWord(namespace: Namespace): (code: string) => string {
  const t = useTranslations(`runs.${namespace}` as NamespaceKeys<Messages, NestedKeyOf<Messages>>);
  return (code) => (t.has(code as never) ? t(code as never) : code);
}

/** Why a run or attempt failed, as a sentence; the runner's own words stand beside it. */
export function useFailure(): (code: string) => string {
  const t = useTranslations("runs.failures");
  const errors = useTranslations("errors");
  return (code) => {
    if (t.has(code as never)) return t(code as never);
    // What a room refuses to make of a run's results carries a code of the API.
    return errors.has(code as never) ? errors(code as never) : t("other", { code });
  };
}

/** Seconds as "1 h 3 min 20 s". */
export function useExactDuration(): (from: string, to: string) => string {
  const t = useTranslations("runs");
  return (from, to) => {
    const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
    return t("whileDuration", {
      hours: Math.floor(seconds / 3600),
      minutes: Math.floor((seconds % 3600) / 60),
      seconds: seconds % 60,
    });
  };
}

/** What a run waits for, and where it stands in the queue; null: it waits for nothing. */
export function useWaiting(): (run: Pick<RunListItem, "waitingCode" | "queue">) => string | null {
  const t = useTranslations("runs");
  return ({ waitingCode, queue }) => {
    if (!waitingCode) return null;
    const inQueue = queue && (waitingCode === "queue_limit" || waitingCode === "queue_room");
    return inQueue ? `${t(`waiting.${waitingCode}`)} ${t("queuePlace", queue)}` : t(`waiting.${waitingCode}`);
  };
}

export function useTime(): (time: string | null) => string {
  const format = useFormatter();
  return (time) => (time === null ? "–" : format.dateTime(new Date(time), { dateStyle: "medium", timeStyle: "short" }));
}

export function useBytes(): (bytes: number) => string {
  const format = useFormatter();
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  return (bytes) => {
    const power = bytes > 0 ? Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10)) : 0;
    const value = bytes / 1024 ** power;
    return `${format.number(value, { maximumSignificantDigits: 3, useGrouping: false })} ${units[power]}`;
  };
}
