import type { Actor } from "@/lib/auth/actor";
import { database } from "@/lib/platform/database/client";
import type { StudySummary } from "./schema";

export async function listStudies(actor: Actor): Promise<StudySummary[]> {
  const memberships = await database().member.findMany({
    where: { personId: actor.personId, study: { archivedAt: null } },
    include: { study: { include: { _count: { select: { members: true } } } } },
    orderBy: { study: { createdAt: "desc" } },
  });
  return memberships.map(({ role, study }) => ({
    id: study.id,
    name: study.name,
    description: study.description,
    example: study.example,
    role,
    members: study._count.members,
    createdAt: study.createdAt.toISOString(),
  }));
}
