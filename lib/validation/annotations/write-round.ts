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
  await inParts(items, (part) => writeItems(transaction, round.id, part));
  const members = persons.map((personId) => ({ roundId: round.id, personId, decided: 0, activeMs: 0 }));
  for (const { versions } of items) for (const version of versions) countFor(members, version, versions);
  await transaction.roundMember.createMany({ data: members });
  const rows = items.flatMap(({ roundItemId, versions }) => versions.map((version) => ({ roundItemId, version })));
  await inParts(rows, (part, from) =>
    writeDecisions(
      transaction,
      round.id,
      part.map(({ roundItemId, version }, index) => ({
        ...version,
        roundItemId,
        personId: String(persons[version.person]),
        idempotencyKey: `${target.importId}:${from + index}`,
        decidedAt: version.decidedAt ?? now,
      })),
    ),
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

// By hand: a hundred thousand rows through the client's own createMany take minutes.

async function writeItems(transaction: Database, roundId: string, items: Item[]): Promise<void> {
  const rows = items.map((item) => {
    const current = currentOf(item.versions);
    const { agreed, disputed } = agree(current.map(({ label }) => label));
    const flagged = current.some(({ flags }) => flags.length > 0);
    const contested = isContested(current.length, agreed, flagged);
    return { ...item, decided: current.length, agreed, disputed, flagged, contested };
  });
  await transaction.$executeRaw`
    insert into "RoundItem" ("id", "roundId", "itemId", "stratumId", "position", "wanted", "decided", "agreed", "gold",
      "disputed", "flagged", "contested")
    select row."id", ${roundId}::uuid, row."itemId", row."stratumId", row."position", row."decided", row."decided",
      row."agreed"::"DecisionLabel", row."agreed"::"DecisionLabel", row."disputed", row."flagged", row."contested"
    from unnest(${rows.map((row) => row.roundItemId)}::uuid[], ${rows.map((row) => row.itemId)}::uuid[],
      ${rows.map((row) => row.stratumId)}::uuid[], ${rows.map((row) => row.position)}::int[],
      ${rows.map((row) => row.decided)}::int[], ${rows.map((row) => row.agreed)}::text[],
      ${rows.map((row) => row.disputed)}::bool[], ${rows.map((row) => row.flagged)}::bool[],
      ${rows.map((row) => row.contested)}::bool[]
    ) as row ("id", "itemId", "stratumId", "position", "decided", "agreed", "disputed", "flagged", "contested")`;
}

type DecisionRow = Omit<Item["versions"][number], "decidedAt" | "person"> & {
  roundItemId: string;
  personId: string;
  idempotencyKey: string;
  decidedAt: Date;
};

/** Flags as one text each, since an array of arrays of different lengths is none in SQL. */
async function writeDecisions(transaction: Database, roundId: string, rows: DecisionRow[]): Promise<void> {
  await transaction.$executeRaw`
    insert into "Decision" ("id", "roundId", "roundItemId", "personId", "label", "flags", "note", "activeMs",
      "idempotencyKey", "correctsId", "decidedAt")
    select row."id", ${roundId}::uuid, row."roundItemId", row."personId", row."label"::"DecisionLabel",
      string_to_array(row."flags", ' '), row."note", row."activeMs", row."key", row."correctsId", row."decidedAt"
    from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.roundItemId)}::uuid[],
      ${rows.map((row) => row.personId)}::uuid[], ${rows.map((row) => row.label)}::text[],
      ${rows.map((row) => row.flags.join(" "))}::text[], ${rows.map((row) => row.note)}::text[],
      ${rows.map((row) => row.activeMs)}::int[], ${rows.map((row) => row.idempotencyKey)}::text[],
      ${rows.map((row) => row.correctsId)}::uuid[], ${rows.map((row) => row.decidedAt)}::timestamptz[]
    ) as row ("id", "roundItemId", "personId", "label", "flags", "note", "activeMs", "key", "correctsId", "decidedAt")`;
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
