"use client";

import { Info, X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useDuration } from "@/components/ui/progress";

const icon = "inline-flex size-11 items-center justify-center rounded-base hover:bg-sunken sm:size-9";

/** Where one is in the set, how long it takes, the instructions, and the way out. */
export function WorkHeader(props: {
  name: string;
  home: string;
  /** null until it is known where one was */
  place: { done: number; total: number; secondsLeft: number } | null;
  /** other words for it */
  placeName?: string;
  onInstructions: () => void;
}) {
  const t = useTranslations("validation.work");
  const duration = useDuration();
  const { done, total, secondsLeft } = props.place ?? { done: 0, total: 0, secondsLeft: 0 };
  const share = total > 0 ? done / total : 0;
  return (
    <header className="border-b border-line bg-surface">
      <div className="flex h-12 items-center gap-3 px-4">
        <p className="tabular whitespace-nowrap">
          {props.place ? <span className="font-semibold">{props.placeName ?? t("place", { done, total })}</span> : null}
          {secondsLeft > 0 ? <span className="text-muted"> · {duration(secondsLeft)}</span> : null}
        </p>
        <h1 className="min-w-0 flex-1 truncate text-center text-muted max-sm:sr-only">{props.name}</h1>
        <span className="flex-1 sm:hidden" />
        <button
          type="button"
          className={icon}
          onClick={props.onInstructions}
          aria-label={t("instructions")}
          aria-keyshortcuts="?"
        >
          <Info size={18} aria-hidden />
        </button>
        <Link href={props.home} className={icon} aria-label={t("leave")}>
          <X size={18} aria-hidden />
        </Link>
      </div>
      <div
        role="progressbar"
        aria-label={t("progress")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="h-0.5 bg-sunken"
      >
        <div className="h-full bg-accent" style={{ width: `${share * 100}%` }} />
      </div>
    </header>
  );
}
