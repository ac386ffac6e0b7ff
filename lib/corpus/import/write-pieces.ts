import { createHash } from "node:crypto";
import { type ParquetPiece, ParquetPieceWriter } from "@/lib/platform/storage/parquet-piece-writer";
import type { CheckedDocument } from "./check-document";
import { loadLanguageDetector } from "./detect-language";
import type { ReadBatch } from "./read-documents";
import type { Rejects } from "./rejects";

/** Columns of a corpus as it lies in the store. */
export const corpusColumns = {
  id: "text",
  text: "text",
  source: "text",
  url: "text",
  language: "text",
  characters: "bigint",
  attributes: "text",
} as const;

/** While an import works, each row also knows its line and whether the file named its id. */
const pieceColumns = { ...corpusColumns, line: "bigint", named: "boolean" } as const;

type Row = {
  [Name in keyof typeof pieceColumns]: (typeof pieceColumns)[Name] extends "text"
    ? string | null
    : (typeof pieceColumns)[Name] extends "boolean"
      ? boolean
      : number;
};

/** Reads all batches; good lines become rows, the others rejects. `onBatch` is told after each batch. */
export async function writePieces(
  folder: string,
  batches: AsyncIterable<ReadBatch>,
  rejects: Rejects,
  options: {
    onBatch: (state: { bytesRead: number; documents: number }) => Promise<void> | void;
    detectLanguages: boolean;
    signal?: AbortSignal;
  },
): Promise<{ pieces: ParquetPiece[]; documents: number }> {
  const { onBatch, signal } = options;
  const writer = new ParquetPieceWriter(folder, pieceColumns, signal);
  const detect = options.detectLanguages ? languageDetection() : () => null;
  let documents = 0;
  try {
    for await (const { lines, bytesRead } of batches) {
      signal?.throwIfAborted();
      for (const read of lines) {
        if ("code" in read) rejects.add(read.line, read.code, read.excerpt);
        else {
          const detected = read.document.language ?? detect(read.document.text);
          const language = detected instanceof Promise ? await detected : detected;
          const written = writer.add(rowOf(read.line, read.document, language));
          if (written) await written;
          documents += 1;
        }
      }
      await onBatch({ bytesRead, documents });
    }
    return { pieces: await writer.end(), documents };
  } finally {
    writer.discard();
  }
}

function rowOf(line: number, document: CheckedDocument, language: string | null): Row {
  const { text, source, url, characters, attributes } = document;
  const id = document.id ?? idOfText(text);
  return { id, text, source, url, language, characters, attributes, line, named: document.id !== null };
}

/** A document without an id is named by its text: 128 bits of SHA-256. */
export const idOfText = (text: string): string => idOfHash(createHash("sha256").update(text, "utf8").digest("hex"));

/** The same of the text's SHA-256 in hexadecimal. */
export const idOfHash = (hash: string): string => hash.slice(0, 32);

/** The detector is loaded when the first text needs it. */
function languageDetection(): (text: string) => Promise<string | null> | string | null {
  let detector: ((text: string) => string | null) | undefined;
  return (text) => {
    if (detector) return detector(text);
    return loadLanguageDetector().then((loaded) => {
      detector = loaded;
      return loaded(text);
    });
  };
}
