import type { ColumnMapping, ColumnRole, PreviewColumn } from "./schema";

/** Starts of bins within a power of ten: about equally wide on a logarithmic axis, at numbers that people read. */
const binStarts = [1, 1.5, 2, 3, 5, 7];

/** Counts of lengths (characters) in bins; empty bins between the shortest and the longest are there too. */
export function binLengths(
  lengths: { length: number; documents: number }[],
): { from: number; to: number; documents: number }[] {
  if (lengths.length === 0) return [];
  const shortest = lengths.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
  const longest = lengths.reduce((most, { length }) => Math.max(most, length), 0);
  const edges: number[] = [];
  for (let power = 1; edges.length < 2 || (edges.at(-1) ?? 0) <= longest; power *= 10) {
    for (const start of binStarts) if (Number.isInteger(start * power)) edges.push(start * power);
  }
  const bins = edges.slice(0, -1).map((from, index) => ({ from, to: edges[index + 1] ?? from, documents: 0 }));
  for (const { length, documents } of lengths) {
    const bin = bins.find(({ to }) => Math.max(1, length) < to);
    if (bin) bin.documents += documents;
  }
  return bins.filter(({ from, to }) => to > shortest && from <= longest);
}

/** Names that columns have in the corpora we have seen, most telling first. */
const usualNames: Record<ColumnRole, string[]> = {
  text: ["text", "content", "raw_content", "body", "document", "page_content", "maintext"],
  id: ["id", "doc_id", "document_id", "docid", "uid", "uuid", "_id", "warc-record-id"],
  source: ["source", "domain", "source_domain", "host", "subset", "dataset", "category", "origin"],
  url: ["url", "uri", "link", "source_url", "warc-target-uri", "href"],
  language: ["language", "lang", "language_code", "locale"],
  gold: ["gold", "gold_label", "label", "is_medical", "medical"],
};

/** Which column is likely what, by name and by what the first lines hold. `text` null: none looks like it. */
export function guessColumns(columns: PreviewColumn[]): Omit<ColumnMapping, "text"> & { text: string | null } {
  const taken = new Set<string>();
  const find = (role: ColumnRole): string | null => {
    for (const usual of usualNames[role]) {
      const found = columns.find(({ name }) => name.toLowerCase() === usual && !taken.has(name));
      if (!found) continue;
      taken.add(found.name);
      return found.name;
    }
    return null;
  };
  const guess = {
    text: find("text"),
    id: find("id"),
    source: find("source"),
    url: find("url"),
    language: find("language"),
    gold: find("gold"),
  };
  if (guess.text !== null) return guess;
  const texts = columns.filter(({ name, kinds }) => kinds.includes("text") && !taken.has(name));
  const longest = texts.reduce<PreviewColumn | null>(
    (best, column) => (best === null || column.meanCharacters > best.meanCharacters ? column : best),
    null,
  );
  return { ...guess, text: longest && longest.meanCharacters >= 40 ? longest.name : null };
}

/** Columns that were given more than one role. */
export function columnsUsedTwice(mapping: ColumnMapping): string[] {
  const used = Object.values(mapping).filter((name) => name !== null);
  return [...new Set(used.filter((name, index) => used.indexOf(name) !== index))];
}

/** Seconds until the rest is read at the speed so far; null before there is a speed. */
export function secondsLeft(state: { elapsedSeconds: number; done: number; total: number }): number | null {
  if (state.done <= 0 || state.elapsedSeconds < 1 || state.total <= 0) return null;
  return Math.max(0, (state.elapsedSeconds * (state.total - state.done)) / state.done);
}
