"use client";

import { useTranslations } from "next-intl";
import { buttonClass } from "@/components/ui/button";
import type { VoteOutcome } from "@/lib/judging/schema";

export const choices = [
  { outcome: "first", key: "1", width: "col-span-2" },
  { outcome: "tie", key: "2", width: "col-span-2" },
  { outcome: "second", key: "3", width: "col-span-2" },
  { outcome: "both_bad", key: "4", width: "col-span-3" },
  { outcome: "cannot_judge", key: "5", width: "col-span-3" },
] as const satisfies { outcome: VoteOutcome; key: string; width: string }[];

/** The five votes within reach of a thumb; the key stands on each. */
export function VoteBar(props: { onVote: (outcome: VoteOutcome) => void }) {
  const t = useTranslations("judging.work");
  return (
    <fieldset className="grid grid-cols-6 gap-2 md:grid-cols-5">
      <legend className="sr-only">{t("choose")}</legend>
      {choices.map(({ outcome, key, width }) => (
        <button
          key={outcome}
          type="button"
          aria-keyshortcuts={key}
          onClick={() => props.onVote(outcome)}
          className={`${buttonClass("secondary")} ${width} h-12! min-w-0 shrink! leading-tight whitespace-normal! md:col-span-1`}
        >
          <kbd
            aria-hidden
            className="rounded-base border border-current px-1 font-sans text-xs opacity-80 max-sm:hidden pointer-coarse:hidden"
          >
            {key}
          </kbd>
          {t(`outcomes.${outcome}`)}
        </button>
      ))}
    </fieldset>
  );
}
