import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound, Problem } from "@/lib/platform/problem";
import { wilsonInterval } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { computeLeaderboard, type Entry, type Fit } from "./compute-leaderboard";
import type { LeaderboardView } from "./schema";

/** Up to so many tallies a fit takes well under a second and is made at once; larger ones are made by the worker, and the last one is shown meanwhile. */
const talliesAtOnce = 5000;

/** Kept from those who are voting (403 `still_judging`): a figure that moves with each vote would tell of the others. */
export async function readLeaderboard(
  actor: StudyActor,
  comparisonId: string,
  bothBadAsTie: boolean,
): Promise<LeaderboardView> {
  const comparison = await database().comparison.findFirst({
    where: { id: comparisonId, studyId: actor.studyId },
    include: { members: { where: { personId: actor.personId } } },
  });
  if (!comparison) throw notFound();
  if (comparison.state === "open" && comparison.members.length > 0) throw new Problem(403, "still_judging");
  const { votesCast, revision } = comparison;
  const [newest, entries] = await Promise.all([
    database().leaderboard.findFirst({ where: { comparisonId, bothBadAsTie }, orderBy: { revision: "desc" } }),
    readEntries(comparisonId),
  ]);
  const view = (votes: number, fit: Fit, outdated: boolean): LeaderboardView => ({
    ...withEntries(fit, entries),
    comparisonId,
    votesCast: votes,
    outdated,
  });
  if (newest?.revision === revision) return view(votesCast, newest.result as unknown as Fit, false);
  const tallies = await database().voteTally.count({ where: { comparisonId } });
  if (tallies <= talliesAtOnce) return view(votesCast, await makeLeaderboard(comparisonId, bothBadAsTie), false);
  await enqueue(
    database(),
    fitLeaderboard,
    { comparisonId, bothBadAsTie },
    { key: `leaderboard:${comparisonId}:${bothBadAsTie}` },
  );
  if (newest) return view(newest.votesCast, newest.result as unknown as Fit, true);
  return view(0, computeLeaderboard(entries, [], bothBadAsTie), true);
}

/** What is known of the answers themselves now: their analysis may have come after the fit, and a name may have changed. */
function withEntries(fit: Fit, entries: readonly Entry[]): Fit {
  const known = new Map(entries.map((entry) => [entry.answerSetId, entry]));
  return { ...fit, contestants: fit.contestants.map((one) => ({ ...one, ...known.get(one.answerSetId) })) };
}

async function makeLeaderboard(comparisonId: string, bothBadAsTie: boolean): Promise<Fit> {
  // The revision is read first: votes that arrive meanwhile make the fit newer than it says, never older.
  const { votesCast, revision } = await database().comparison.findUniqueOrThrow({ where: { id: comparisonId } });
  const [entries, tallies] = await Promise.all([
    readEntries(comparisonId),
    database().voteTally.findMany({ where: { comparisonId } }),
  ]);
  const result = computeLeaderboard(entries, tallies, bothBadAsTie);
  await database().leaderboard.createMany({
    data: [{ comparisonId, revision, votesCast, bothBadAsTie, result: result as unknown as Prisma.InputJsonObject }],
    skipDuplicates: true,
  });
  return result;
}

type EntryRow = {
  answerSetId: string;
  checkpointId: string | null;
  name: string;
  analysed: number;
  mixed: number;
  meanWords: number | null;
};

async function readEntries(comparisonId: string): Promise<Entry[]> {
  const rows = await database().$queryRaw<EntryRow[]>`
    select answers."id" as "answerSetId", checkpoint."id" as "checkpointId",
      coalesce(checkpoint."name", generation."model") as "name",
      count(answer."mixed")::int as "analysed", count(*) filter (where answer."mixed")::int as "mixed",
      avg(answer."words")::float8 as "meanWords"
    from "ComparisonEntry" entry
    join "AnswerSet" answers on answers."id" = entry."answerSetId"
    left join "Checkpoint" checkpoint on checkpoint."id" = answers."checkpointId"
    left join "EndpointGeneration" generation on generation."id" = answers."endpointGenerationId"
    left join "Answer" answer on answer."answerSetId" = answers."id"
    where entry."comparisonId" = ${comparisonId}::uuid
    group by 1, 2, 3 order by 3`;
  return rows.map(({ analysed, mixed, ...entry }) => ({
    ...entry,
    mixed: analysed > 0 ? { value: mixed / analysed, interval: wilsonInterval(mixed, analysed), n: analysed } : null,
  }));
}

export const fitLeaderboard = defineJob({
  name: "judging.fit-leaderboard",
  payload: z.object({ comparisonId: z.uuid(), bothBadAsTie: z.boolean() }),
  run: async ({ comparisonId, bothBadAsTie }) => {
    await makeLeaderboard(comparisonId, bothBadAsTie);
  },
});
