import type { EnglishSpan } from "./schema";

/** Cuts a text at its spans, for highlighting. Spans count code points, as the runner does, not UTF-16 units. */
export function cutAtSpans(text: string, spans: readonly EnglishSpan[]): { text: string; english: boolean }[] {
  const characters = Array.from(text);
  const pieces: { text: string; english: boolean }[] = [];
  let position = 0;
  const push = (end: number, english: boolean) => {
    if (end > position) pieces.push({ text: characters.slice(position, end).join(""), english });
    position = Math.max(position, end);
  };
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    push(start, false);
    push(end, true);
  }
  push(characters.length, false);
  return pieces;
}
