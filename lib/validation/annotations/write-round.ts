import type { Database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { agree, isContested, patternOf } from "../rules";
import type { Collected, CollectedDecision } from "./collect-annotations";

const rowsPerStatement = 2000;
const noInstructions = {
  instructionsDe: "Diese Entscheidungen wurden außerhalb des Studios getroffen und importiert.",
  instructionsEn: "These decisions were made outside the studio and imported.",
};

type Target = { studyId: string; importId: string; sampleId: string; name: string; createdById: string | null };
type Placed = { itemId: string; documentId: string; stratumId: string; position: number };
type Item = Placed & {
  roundItemId: string;
  versions: (CollectedDecision & { id: string; correctsId: string | null })[];
};

/**
 * The closed round with all decisions, in the caller's transaction. Whoever decided twice on a document corrected
 * themselves: both versions stay, the later one counts.
 */
export async function writeRound(
  transaction: Database,
  target: Target,
  { decisions, people }: Collected,
): Promise<string> {
  const draw = await transaction.draw.findFirstOrThrow({ where: { sampleId: target.sampleId, number: 1 } });
  const persons = await writePeople(transaction, people);
  const drawn = await transaction.$queryRaw<Placed[]>`
    select d."itemId", item."documentId", d."stratumId", d."position"
    from "DrawItem" d join "Item" item on item."id" = d."itemId"
    where d."drawId" = ${draw.id}::uuid order by d."position"`;
  const items = drawn.map(
    (row): Item => ({ ...row, roundItemId: newId(), versions: versionsOf(decisions.get(row.documentId)) }),
  );
  const counted = items.map(({ versions }) => currentOf(versions));
  const decided = counted.reduce((sum, one) => sum + one.length, 0);
  const now = new Date();
  const round = await transaction.round.create({
    data: {
      studyId: target.studyId,
      drawId: draw.id,
      name: target.name,
      state: "closed",
      ...noInstructions,
      doubleShare: counted.filter((one) => one.length > 1).length / Math.max(1, items.length),
      seed: 0,
      items: items.length,
      wanted: decided,
      decided,
      createdById: target.createdById,
      closedAt: now,
    },
  });
  await inParts(items, (part) =>
    transaction.roundItem.createMany({
      data: part.map(({ roundItemId, itemId, stratumId, position, versions }) => {
        const current = currentOf(versions);
        const { agreed, disputed } = agree(current.map(({ label }) => label));
        const flagged = current.some(({ flags }) => flags.length > 0);
        return {
          id: roundItemId,
          roundId: round.id,
          itemId,
          stratumId,
          position,
          wanted: current.length,
          decided: current.length,
          agreed,
          gold: agreed,
          disputed,
          flagged,
          contested: isContested(current.length, agreed, flagged),
        };
      }),
    }),
  );
  const members = persons.map((personId) => ({ roundId: round.id, personId, decided: 0, activeMs: 0 }));
  for (const { versions } of items) for (const version of versions) countFor(members, version, versions);
  await transaction.roundMember.createMany({ data: members });
  const rows = items.flatMap(({ roundItemId, versions }) => versions.map((version) => ({ roundItemId, version })));
  await inParts(rows, (part, from) =>
    transaction.decision.createMany({
      data: part.map(({ roundItemId, version: { person, decidedAt, ...version } }, index) => ({
        ...version,
        roundId: round.id,
        roundItemId,
        personId: String(persons[person]),
        idempotencyKey: `${target.importId}:${from + index}`,
        decidedAt: decidedAt ?? now,
      })),
    }),
  );
  const patterns = new Map<string, number>();
  for (const current of counted) {
    const pattern = patternOf(current.map(({ person, label }) => ({ personId: String(persons[person]), label })));
    if (pattern) patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1);
  }
  await inParts([...patterns], (part) =>
    transaction.agreementTally.createMany({
      data: part.map(([pattern, count]) => ({ roundId: round.id, pattern, count })),
    }),
  );
  return round.id;
}

/** People by a pseudonym alone; the address exists nowhere (RFC 2606), and they can't sign in. */
async function writePeople(transaction: Database, count: number): Promise<string[]> {
  const persons = Array.from({ length: count }, (_, index) => ({ id: newId(), name: `P${index + 1}` }));
  await inParts(persons, (part) =>
    transaction.person.createMany({
      data: part.map(({ id, name }) => ({
        id,
        name,
        email: `${id}@external.invalid`,
        external: true,
        deactivatedAt: new Date(),
      })),
    }),
  );
  return persons.map(({ id }) => id);
}

function versionsOf(decisions: CollectedDecision[] = []): Item["versions"] {
  const last = new Map<number, string>();
  return decisions.map((decision) => {
    const id = newId();
    const correctsId = last.get(decision.person) ?? null;
    last.set(decision.person, id);
    return { ...decision, id, correctsId };
  });
}

const currentOf = (versions: Item["versions"]) => {
  const corrected = new Set(versions.map(({ correctsId }) => correctsId));
  return versions.filter(({ id }) => !corrected.has(id));
};

function countFor(
  members: { decided: number; activeMs: number }[],
  version: Item["versions"][number],
  versions: Item["versions"],
): void {
  const member = members[version.person];
  if (!member) return;
  member.activeMs += version.activeMs;
  if (!versions.some(({ correctsId }) => correctsId === version.id)) member.decided += 1;
}

/** A later version names an earlier one, which stands before it: parts keep that order. */
async function inParts<T>(rows: T[], write: (part: T[], from: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    await write(rows.slice(from, from + rowsPerStatement), from);
  }
}
