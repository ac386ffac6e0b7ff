import { createHash } from "node:crypto";

/**
 * P1, P2, …: the same on the page and in every export of the round, since members only come after those who are there.
 * Within those who came together the order is that of a hash with the round's salt, so that it does not follow any list of
 * names. A1, A2, …: who only adjudicated, in the order of their first adjudication.
 */
export function pseudonymsOf(round: {
  id: string;
  salt: string | null;
  members: { personId: string; addedAt: Date }[];
  adjudications?: { personId: string }[];
}): Map<string, string> {
  const key = ({ personId }: { personId: string }) =>
    createHash("sha256").update(`${round.salt}:${round.id}:${personId}`).digest("hex");
  const members = round.members
    .map((member) => ({ ...member, key: key(member) }))
    .sort((a, b) => a.addedAt.getTime() - b.addedAt.getTime() || (a.key < b.key ? -1 : 1));
  const people = new Map(members.map(({ personId }, index) => [personId, `P${index + 1}`]));
  const others = (round.adjudications ?? []).filter(({ personId }) => !people.has(personId));
  for (const [index, { personId }] of others.entries()) people.set(personId, `A${index + 1}`);
  return people;
}

/** P2 comes before P10. */
export const comparePseudonyms = (first: string, second: string) =>
  first.length - second.length || (first < second ? -1 : first > second ? 1 : 0);
