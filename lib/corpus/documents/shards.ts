import { database } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import type { StudyActor } from "@/lib/studies/actor";

/** Shards of a corpus of the study, in order. Throws 404, `corpus_not_ready`. */
export async function shardsOf(actor: StudyActor, corpusId: string): Promise<string[]> {
  const corpus = await database().corpus.findFirst({
    where: { id: corpusId, studyId: actor.studyId },
    select: { state: true, address: true },
  });
  if (!corpus) throw notFound();
  if (corpus.state !== "ready") throw unprocessable("corpus_not_ready");
  return parquetFiles(corpus.address);
}

export function parsePosition(position: string): { shard: number; row: number } {
  const [shard, row] = position.split("-").map(Number);
  return { shard: shard ?? 0, row: row ?? 0 };
}
