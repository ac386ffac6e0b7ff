/** Where something stands in a text: UTF-16 offsets, `end` is behind it. */
export type Match = { start: number; end: number };

const marks = /[\\^$.*+?()[\]{}|/]/g;
const pieces = /ss|\s+|./gsu;

/**
 * A word as a pattern that finds it however the text writes it: letters with their accents apart (ä as a + ¨), ß as ss and
 * ss as ß, any white space between words, and soft hyphens anywhere.
 */
function patternOf(word: string): string {
  const parts = word.normalize("NFC").match(pieces) ?? [];
  return parts
    .map((part) => {
      if (/^\s+$/.test(part)) return "\\s+";
      if (/^(ss|ß|ẞ)$/iu.test(part)) return "(?:ß|s\u00ad?s)";
      const apart = part.normalize("NFD");
      const plain = part.replace(marks, "\\$&");
      return apart === part ? plain : `(?:${plain}|${apart})`;
    })
    .join("\u00ad?");
}

/**
 * Where any of the words stand in the text, in order and without overlaps, the longest that fits first. Upper and lower
 * case are the same. `wholeStart`: only where a word of the text begins, so that "Herz" finds "Herzinfarkt" and not
 * "Scherz"; else anywhere. At most `most` places; one more tells that there are others.
 */
export function findMatches(
  text: string,
  words: readonly string[],
  options: { wholeStart: boolean; most: number },
): Match[] {
  const wanted = [...new Set(words.map((word) => word.trim()).filter(Boolean))].sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return [];
  const start = options.wholeStart ? "(?<![\\p{L}\\p{M}\\p{N}\\u00ad])" : "";
  const pattern = new RegExp(`${start}(?:${wanted.map(patternOf).join("|")})`, "giu");
  const matches: Match[] = [];
  for (const { 0: found, index } of text.matchAll(pattern)) {
    matches.push({ start: index, end: index + found.length });
    if (matches.length > options.most) break;
  }
  return matches;
}
