"use client";

import { useTranslations } from "next-intl";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { findMatches, type Match } from "@/components/work/find-matches";
import { canHighlight, type Marks } from "./use-marks";

/** More places than this in one document help nobody; they are counted as "more than". */
const mostMatches = 2000;
const none: Match[] = [];

/** For the sentences that tell how many there are. */
export const foundValues = (matches: number) => ({
  count: Math.min(matches, mostMatches),
  more: matches > mostMatches ? "yes" : "no",
});

export type Highlighting = {
  on: boolean;
  /** false: the browser can't do it */
  able: boolean;
  search: string;
  /** of what is searched, else of the study's words */
  matches: number;
  /** which of them is looked at, from 0 */
  place: number | null;
  listEmpty: boolean;
  marks: Marks;
  toggle: () => void;
  setSearch: (search: string) => void;
  /** To the next place (1) or the one before (-1), round and round. */
  step: (by: 1 | -1) => void;
};

/**
 * Words that stand out in the document on the screen: those of the study, and what the person searches for (several by
 * comma), which stays in the browser. Off at every start. `onShown`: the document is on the screen with highlighting on,
 * which is kept with its decision.
 */
export function useHighlighting(options: {
  document: { id: string; text: string; draft: { highlighted: boolean } } | null;
  words: string[];
  onShown: () => void;
  announce: (sentence: string) => void;
}): Highlighting {
  const t = useTranslations("validation.highlight");
  const { document, words, onShown } = options;
  const [on, setOn] = useState(false);
  const [search, setSearch] = useState("");
  const [looking, setLooking] = useState<{ at: string; place: number } | null>(null);
  // The document is painted first, its words are looked for after that.
  const text = useDeferredValue(on ? (document?.text ?? "") : "");
  const wanted = useDeferredValue(search);
  const able = !on || canHighlight();
  const searching = wanted.trim() !== "";

  const fresh = text === document?.text;
  const listed = useMemo(() => (fresh ? findListed(text, words) : none), [fresh, text, words]);
  const searched = useMemo(() => (fresh ? findSearched(text, wanted) : none), [fresh, text, wanted]);
  const found = searching ? searched : listed;
  const at = `${document?.id} ${wanted}`;
  const place = looking?.at === at && looking.place < found.length ? looking.place : null;
  const current = (place === null ? null : found[place]) ?? null;
  const marks = useMemo(() => ({ listed, searched, current }), [listed, searched, current]);

  const unrecorded = on && able && document !== null && !document.draft.highlighted;
  const documentId = document?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each document and switching on
  useEffect(() => {
    if (unrecorded) onShown();
  }, [unrecorded, documentId]);

  return {
    on,
    able,
    search,
    matches: found.length,
    place,
    listEmpty: words.length === 0,
    marks,
    toggle() {
      setOn(!on);
      if (on) return options.announce(t("off"));
      if (!canHighlight()) return options.announce(t("unable"));
      const whole = document?.text ?? "";
      const places = search.trim() ? findSearched(whole, search) : findListed(whole, words);
      options.announce(`${t("on")} ${t("found", foundValues(places.length))}`);
    },
    setSearch,
    step(by) {
      if (found.length === 0) return;
      const next = place === null ? (by > 0 ? 0 : found.length - 1) : (place + by + found.length) % found.length;
      setLooking({ at, place: next });
    },
  };
}

const findListed = (text: string, words: string[]) => findMatches(text, words, { wholeStart: true, most: mostMatches });

const findSearched = (text: string, search: string) =>
  findMatches(text, search.split(",").slice(0, 20), { wholeStart: false, most: mostMatches });
