"use client";

import { ChevronDown, ChevronUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Input } from "@/components/ui/field";
import { foundValues, type Highlighting } from "./use-highlighting";

const step =
  "inline-flex size-11 shrink-0 items-center justify-center rounded-base hover:bg-sunken disabled:opacity-50 sm:size-9";

/** Own words to search for, how many places there are, and the way from one to the next. */
export function HighlightBar(props: { highlighting: Highlighting; onLeave: () => void }) {
  const t = useTranslations("validation.highlight");
  const { able, search, matches, place, listEmpty } = props.highlighting;
  if (!able) return <p role="status">{t("unable")}</p>;
  const nothingToFind = listEmpty && search.trim() === "";
  return (
    <search className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Input
        type="search"
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        className="h-11 w-auto min-w-0 flex-1 basis-40 sm:h-9"
        aria-label={t("search")}
        placeholder={t("searchPlaceholder")}
        value={search}
        onChange={(event) => props.highlighting.setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
          event.preventDefault();
          if (event.key === "Escape") props.onLeave();
          else props.highlighting.step(event.shiftKey ? -1 : 1);
        }}
      />
      <p role="status" className={`tabular text-sm text-muted ${nothingToFind ? "" : "whitespace-nowrap"}`}>
        {nothingToFind
          ? t("listEmpty")
          : place === null
            ? t("found", foundValues(matches))
            : t("place", { number: place + 1, ...foundValues(matches) })}
      </p>
      <span className="inline-flex">
        <button
          type="button"
          className={step}
          disabled={matches === 0}
          aria-label={t("previous")}
          onClick={() => props.highlighting.step(-1)}
        >
          <ChevronUp size={18} aria-hidden />
        </button>
        <button
          type="button"
          className={step}
          disabled={matches === 0}
          aria-label={t("next")}
          onClick={() => props.highlighting.step(1)}
        >
          <ChevronDown size={18} aria-hidden />
        </button>
      </span>
    </search>
  );
}
