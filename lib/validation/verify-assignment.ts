import { database } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { canonicalAssignment, hashAssignment } from "./assignment";

/**
 * The assignment as the queue holds it now, with the published salt, hashed again: whoever noted the hash when the round
 * opened sees that nothing was changed since. Only for closed rounds (409 `round_still_open`), since the salt would let
 * people guess at the assignment before.
 */
export async function verifyAssignment(actor: StudyActor, roundId: string) {
  const round = await database().round.findFirst({ where: { id: roundId, studyId: actor.studyId } });
  if (!round) throw notFound();
  if (round.state === "closed" && !round.assignmentHash) throw conflict("round_without_assignment");
  if (round.state !== "closed" || !round.salt || !round.assignmentHash) throw conflict("round_still_open");
  const items = await database().roundItem.findMany({
    where: { roundId },
    orderBy: { position: "asc" },
    select: { itemId: true, wanted: true },
  });
  const assignment = canonicalAssignment(items);
  const computedHash = hashAssignment(round.salt, assignment);
  return {
    assignment,
    salt: round.salt,
    publishedHash: round.assignmentHash,
    computedHash,
    matches: computedHash === round.assignmentHash,
  };
}
