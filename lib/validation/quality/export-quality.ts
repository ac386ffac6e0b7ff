import type { StudyActor } from "@/lib/studies/actor";
import { compareLabellings } from "./compare-labellings";
import { figuresCsv } from "./figures-csv";
import { listDisputed } from "./list-disputed";
import { confusionCsv, detailsCsv } from "./quality-files";
import { readDrift } from "./read-drift";
import { readParts } from "./read-parts";
import { readQuality } from "./read-quality";
import type { CompleteQuality, QualityQuery } from "./schema";

/**
 * Everything of the page as data: what the page reads, and what it asks for by itself. `npm run quality` computes the same
 * from an export of the round.
 */
export async function readCompleteQuality(
  actor: StudyActor,
  roundId: string,
  query: QualityQuery,
): Promise<CompleteQuality> {
  const quality = await readQuality(actor, roundId, query, "files");
  const { second } = query;
  const [parts, comparison, disputed, drift] = await Promise.all([
    readParts(actor, roundId, query),
    second ? compareLabellings(actor, roundId, { ...query, second }) : null,
    quality.round.state === "closed" ? listDisputed(actor, roundId) : null,
    readDrift(actor, roundId, query),
  ]);
  return { quality, parts, comparison, disputed: disputed?.documents ?? null, drift };
}

/** The main figures as CSV, one a line. */
export async function exportFigures(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality, agreement } = await readQuality(actor, roundId, query, "files");
  return figuresCsv(labelQuality, agreement);
}

/** The figures in depth as CSV. */
export async function exportDetails(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  return detailsCsv(await readCompleteQuality(actor, roundId, query));
}

/** The confusion matrix as CSV. */
export async function exportConfusion(actor: StudyActor, roundId: string, query: QualityQuery): Promise<string> {
  const { labelQuality } = await readQuality(actor, roundId, query, "files");
  return confusionCsv(labelQuality);
}
