import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { canonicalPairs, hashPairs } from "./pairing";
import type { ComparisonSummary } from "./schema";

const include = {
  promptSet: { select: { name: true } },
  entries: {
    include: {
      answerSet: {
        include: { checkpoint: { select: { name: true } }, endpointGeneration: { select: { model: true } } },
      },
    },
  },
  members: { include: { person: { select: { id: true, name: true, simulated: true } } } },
  _count: { select: { lateVotes: true } },
} satisfies Prisma.ComparisonInclude;

type Row = Prisma.ComparisonGetPayload<{ include: typeof include }>;

function summarise(actor: StudyActor, row: Row): ComparisonSummary {
  const closed = row.state === "closed";
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    promptSetName: row.promptSet.name,
    contestants: row.entries.map(({ answerSetId, answerSet }) => ({
      answerSetId,
      checkpointName: answerSet.checkpoint?.name ?? answerSet.endpointGeneration?.model ?? "–",
      runId: answerSet.madeByRunId,
    })),
    members: row.members.map(({ person }) => ({ personId: person.id, name: person.name, simulated: person.simulated })),
    votesPerPair: row.votesPerPair,
    pairs: row.pairs,
    wanted: row.wanted,
    votesCast: row.votesCast,
    late: row._count.lateVotes,
    judging: row.state === "open" && row.members.some(({ personId }) => personId === actor.personId),
    assignmentHash: row.assignmentHash,
    // Who knows seed and salt before the end knows the sides.
    salt: closed ? row.salt : null,
    seed: closed ? row.seed : null,
    createdAt: row.createdAt.toISOString(),
  };
}

export async function listComparisons(actor: StudyActor): Promise<ComparisonSummary[]> {
  const rows = await database().comparison.findMany({
    where: { studyId: actor.studyId },
    include,
    orderBy: { createdAt: "desc" },
    take: 200,
  });
  return rows.map((row) => summarise(actor, row));
}

export async function readComparison(actor: StudyActor, comparisonId: string): Promise<ComparisonSummary> {
  const row = await database().comparison.findFirst({ where: { id: comparisonId, studyId: actor.studyId }, include });
  if (!row) throw notFound();
  return summarise(actor, row);
}

/** Whether the pairs are those whose hash was published at the start. Only of a closed comparison: null before. */
export async function verifyBlinding(
  actor: StudyActor,
  comparisonId: string,
): Promise<{ publishedHash: string; computedHash: string; matches: boolean } | null> {
  const comparison = await database().comparison.findFirst({ where: { id: comparisonId, studyId: actor.studyId } });
  if (!comparison) throw notFound();
  if (comparison.state !== "closed" || !comparison.salt || !comparison.assignmentHash) return null;
  const pairs = await database().pair.findMany({
    where: { comparisonId },
    orderBy: { position: "asc" },
    select: { promptId: true, firstAnswerId: true, secondAnswerId: true },
  });
  const computedHash = hashPairs(comparison.salt, canonicalPairs(pairs));
  return {
    publishedHash: comparison.assignmentHash,
    computedHash,
    matches: computedHash === comparison.assignmentHash,
  };
}
