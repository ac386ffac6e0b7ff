import { listValue } from "@duckdb/node-api";
import { z } from "zod";
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
  label: "text",
  flags: "text",
  note: "text",
  active_ms: "integer",
  decided_at: "double",
} as const;

const rowSchema = z.tuple([
  z.string(),
  z.number(),
  z.enum(decisionLabels),
  z
    .string()
    .transform((flags) => (flags === "" ? [] : flags.split(" ")))
    .pipe(z.array(z.enum(decisionFlags))),
  z.string(),
  z.number(),
  z.number().nullable(),
]);

/** A file's decisions, on disk until they are written: memory does not grow with them. */
export class CollectedDecisions {
  count = 0;
  private readonly writer: ParquetPieceWriter<typeof columns>;
  private pieces: ParquetPiece[] = [];

  /** `folder`: its own, on disk already. */
  constructor(folder: string, signal?: AbortSignal) {
    this.writer = new ParquetPieceWriter(folder, columns, signal);
  }

  async add(documentId: string, { person, label, flags, note, activeMs, decidedAt }: CollectedDecision): Promise<void> {
    await this.writer.add({
      ...{ id: documentId, number: this.count, person, label, note },
      flags: flags.join(" "),
      active_ms: activeMs,
      decided_at: decidedAt?.getTime() ?? null,
    });
    this.count += 1;
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
      let current: DocumentDecisions | null = null as DocumentDecisions | null;
      for await (const rows of result.yieldRowsJs()) {
        for (const row of rows) {
          const [documentId, person, label, flags, note, activeMs, decidedAt] = rowSchema.parse(row);
          if (current?.documentId !== documentId) {
            if (current) yield current;
            current = { documentId, decisions: [] };
          }
          const date = decidedAt === null ? null : new Date(decidedAt);
          current.decisions.push({ person, label, flags, note, activeMs, decidedAt: date });
        }
      }
      if (current) yield current;
    } finally {
      close();
    }
  }
}
