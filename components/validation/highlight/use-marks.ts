"use client";

import { type RefObject, useEffect } from "react";
import type { Match } from "@/components/work/find-matches";

/** Places of a document's text: of the study's words, of what the person searches, and the one at which they look. */
export type Marks = { listed: Match[]; searched: Match[]; current: Match | null };

/** Older browsers lack it. */
export const canHighlight = () => typeof CSS !== "undefined" && "highlights" in CSS && typeof Highlight === "function";

const names = ["listed", "searched", "current"] as const;

/**
 * Paints the marks over the element's one text node, without changing it (CSS Custom Highlight API; the looks are in
 * globals.css), and brings the current one into the middle of the region.
 */
export function useMarks(
  element: RefObject<HTMLElement | null>,
  region: RefObject<HTMLElement | null>,
  { listed, searched, current }: Marks,
): void {
  useEffect(() => {
    const node = element.current?.firstChild;
    if (!canHighlight() || !(node instanceof Text)) return;
    const rangesOf = (matches: Match[]) =>
      matches
        // a text that has changed since has other places
        .filter(({ end }) => end <= node.length)
        .map(({ start, end }) => {
          return new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end });
        });
    const places = { listed, searched, current: current ? [current] : [] };
    for (const [priority, name] of names.entries()) {
      if (places[name].length === 0) continue;
      const highlight = new Highlight(...rangesOf(places[name]));
      highlight.priority = priority;
      CSS.highlights.set(name, highlight);
    }
    return () => {
      for (const name of names) CSS.highlights.delete(name);
    };
  }, [element, listed, searched, current]);

  useEffect(() => {
    const [node, view] = [element.current?.firstChild, region.current];
    if (!current || !view || !(node instanceof Text) || current.end > node.length) return;
    const range = new Range();
    range.setStart(node, current.start);
    range.setEnd(node, current.end);
    const [place, frame] = [range.getBoundingClientRect(), view.getBoundingClientRect()];
    view.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
  }, [element, region, current]);
}
