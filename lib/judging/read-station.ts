import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";
import { readLeaderboard } from "./read-leaderboard";

/** The leader's win rate in the newest comparison with votes, else the newest one; for its judges, how far it is. */
export async function readComparisonsStation(actor: StudyActor): Promise<Station> {
  const newest = {
    orderBy: { openedAt: "desc" },
    include: { members: { where: { personId: actor.personId } } },
  } as const;
  const opened = { studyId: actor.studyId, state: { not: "draft" } } as const;
  const comparison =
    (await database().comparison.findFirst({ where: { ...opened, votesCast: { gt: 0 } }, ...newest })) ??
    (await database().comparison.findFirst({ where: opened, ...newest }));
  if (!comparison) return { state: "empty", figure: null, href: "/comparisons" };
  const { id, state, votesCast, wanted, members } = comparison;
  const href = `/comparisons/${id}`;
  const share = { name: "votes", kind: "share" as const, done: votesCast, total: wanted };
  const place = state === "closed" || votesCast >= wanted ? "done" : "active";
  if (votesCast === 0 || (state === "open" && members.length > 0)) return { state: place, figure: share, href };
  const leader = (await readLeaderboard(actor, id, false)).contestants[0];
  if (!leader?.winRate) return { state: place, figure: share, href };
  const { value, interval, n } = leader.winRate;
  return {
    state: place,
    figure: { name: "winRate", kind: "estimate", value, interval, n, of: leader.name, percent: true },
    href,
  };
}
