"use client";

import { useFormatter, useTranslations } from "next-intl";

/** Seconds as "about 6 min" in the person's language. */
export function useDuration(): (seconds: number) => string {
  const t = useTranslations("common");
  return (seconds) => {
    if (seconds < 50) return t("seconds", { count: Math.max(1, Math.round(seconds)) });
    if (seconds < 5400) return t("minutes", { count: Math.round(seconds / 60) });
    if (seconds < 172_800) return t("hours", { count: Math.round(seconds / 3600) });
    return t("days", { count: Math.round(seconds / 86_400) });
  };
}

/** For anything longer than a second. `secondsLeft` null: not known yet. */
export function Progress(props: {
  label: string;
  done: number;
  total: number;
  unit?: string;
  secondsLeft?: number | null;
}) {
  const t = useTranslations("common");
  const format = useFormatter();
  const duration = useDuration();
  const known = props.total > 0;
  const share = known ? Math.min(1, props.done / props.total) : 0;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap justify-between gap-x-4 text-sm">
        <span>{props.label}</span>
        <span className="tabular text-muted">
          {known
            ? `${format.number(props.done)} / ${format.number(props.total)} ${props.unit ?? ""}`
            : (props.unit ?? "")}
          {props.secondsLeft != null && props.secondsLeft > 0
            ? ` · ${t("timeLeft", { duration: duration(props.secondsLeft) })}`
            : ""}
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known ? Math.round(share * 100) : undefined}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={`h-full bg-accent ${known ? "" : "w-1/4 animate-pulse"}`}
          style={known ? { width: `${share * 100}%` } : undefined}
        />
      </div>
    </div>
  );
}
