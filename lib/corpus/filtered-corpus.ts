import type { Database, Prisma } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { describeCorpus } from "./describe-corpus";
import type { CorpusDescription } from "./schema";

export type DescribedCorpus = CorpusDescription & { address: string; digest: string };

/** Counts what a classify-corpus run kept; before the transaction, since it reads every file. */
export async function describeFilteredCorpus(address: string, digest: string): Promise<DescribedCorpus> {
  return { ...(await describeCorpus(address)), address, digest };
}

/** A corpus that a run made: it lies where the run put it, and is ready at once. */
export async function registerFilteredCorpus(
  transaction: Database,
  run: { id: string; studyId: string; name: string; createdById: string | null },
  { address, digest, documents, characters, bytes, duplicateTexts, ...counts }: DescribedCorpus,
): Promise<{ id: string }> {
  const id = newId();
  await transaction.corpus.create({
    data: {
      id,
      studyId: run.studyId,
      name: run.name,
      state: "ready",
      address,
      digest,
      documents,
      characters: BigInt(characters),
      bytes: BigInt(bytes),
      duplicateTexts,
      lengthHistogram: counts.lengthHistogram as Prisma.InputJsonValue,
      sources: counts.sources as Prisma.InputJsonValue,
      languages: counts.languages as Prisma.InputJsonValue,
      madeByRunId: run.id,
      createdById: run.createdById,
    },
  });
  return { id };
}
