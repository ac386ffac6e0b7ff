import { type DuckDBValue, listValue } from "@duckdb/node-api";
import { randomSql } from "@/lib/corpus/sampling/permanent-random";
import { escapeGlob, openDuckDb } from "@/lib/platform/storage/duckdb";
import { type ParquetPiece, ParquetPieceWriter } from "@/lib/platform/storage/parquet-piece-writer";
import { type DecisionFlag, decisionFlags, decisionLabels } from "../schema";
import type { Meaning } from "./schema";

export type CollectedDecision = {
  /** who of the file's people, from 0 */
  person: number;
  label: Meaning;
  flags: DecisionFlag[];
  note: string;
  activeMs: number;
  decidedAt: Date | null;
};

type DocumentDecisions = { documentId: string; decisions: CollectedDecision[] };

const columns = {
  id: "text",
  number: "integer",
  person: "integer",
  /** place in decisionLabels */
  label: "integer",
  /** a bit for each of decisionFlags */
  flags: "integer",
  note: "text",
  active_ms: "integer",
  decided_at: "double",
} as const;

/** A file's decisions, on disk until they are written: memory does not grow with them. */
export class CollectedDecisions {
  count = 0;
  private readonly writer: ParquetPieceWriter<typeof columns>;
  private pieces: ParquetPiece[] = [];

  /** `folder`: its own, on disk already. */
  constructor(folder: string, signal?: AbortSignal) {
    this.writer = new ParquetPieceWriter(folder, columns, signal);
  }

  /** There is something to wait for only now and then. */
  add(
    documentId: string,
    { person, label, flags, note, activeMs, decidedAt }: CollectedDecision,
  ): Promise<void> | undefined {
    return this.writer.add({
      ...{ id: documentId, number: this.count++, person, note },
      label: decisionLabels.indexOf(label),
      flags: flags.reduce((bits, flag) => bits | (1 << decisionFlags.indexOf(flag)), 0),
      active_ms: activeMs,
      decided_at: decidedAt?.getTime() ?? null,
    });
  }

  async end(): Promise<void> {
    this.pieces = await this.writer.end();
  }

  discard(): void {
    this.writer.discard();
  }

  /** Each document's decisions in the file's order; documents as a draw of this seed orders them. */
  async *byDocument(seed: number, signal?: AbortSignal): AsyncGenerator<DocumentDecisions, void, undefined> {
    const files = this.pieces.map(({ file }) => escapeGlob(file));
    const { connection, close } = await openDuckDb(signal);
    try {
      const result = await connection.stream(
        `SELECT id, person, label, flags, note, active_ms, decided_at FROM read_parquet(?)
         ORDER BY ${randomSql(seed)}, id, number`,
        [listValue(files)],
      );
      let current: DocumentDecisions = { documentId: "", decisions: [] };
      for await (const chunk of result) {
        for (const [id, ...row] of chunk.getRows()) {
          const documentId = String(id);
          if (documentId !== current.documentId) {
            if (current.decisions.length > 0) yield current;
            current = { documentId, decisions: [] };
          }
          current.decisions.push(decisionOf(row));
        }
      }
      if (current.decisions.length > 0) yield current;
    } finally {
      close();
    }
  }
}

function decisionOf([person, label, flags, note, activeMs, decidedAt]: readonly DuckDBValue[]): CollectedDecision {
  const bits = Number(flags);
  return {
    person: Number(person),
    label: decisionLabels[Number(label)] ?? "unsure",
    flags: bits === 0 ? [] : decisionFlags.filter((_, at) => (bits & (1 << at)) !== 0),
    note: String(note),
    activeMs: Number(activeMs),
    decidedAt: decidedAt === null ? null : new Date(Number(decidedAt)),
  };
}
