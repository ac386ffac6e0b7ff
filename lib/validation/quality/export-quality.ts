import { type CsvCell, writeCsv } from "@/lib/platform/csv";
import type { StudyActor } from "@/lib/studies/actor";
import { figuresCsv } from "./figures-csv";
import { readQuality } from "./read-quality";
import type { QualityQuery } from "./schema";

/** Every figure of the page as CSV, one a line. */
export async function exportFigures(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality, agreement } = await readQuality(actor, roundId, query);
  return figuresCsv(labelQuality, agreement);
}

/** The confusion matrix as CSV: documents, and the share of the corpus that they stand for. */
export async function exportConfusion(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality } = await readQuality(actor, roundId, query);
  const rows = (labelQuality?.confusion ?? []).flatMap((row): CsvCell[][] => [
    [row.outcome, "medical", row.medical, row.medicalShare],
    [row.outcome, "non_medical", row.non_medical, row.nonMedicalShare],
    [row.outcome, "unsettled", row.unsettled, null],
  ]);
  return writeCsv(["llm", "people", "documents", "share_of_corpus"], rows);
}
