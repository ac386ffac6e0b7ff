import { checkTogether } from "@/lib/platform/database/check-together";
import { database, Prisma } from "@/lib/platform/database/client";
import { copyLine } from "@/lib/platform/database/copy-rows";
import { type Copy, type Statements, statements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { agree, isContested, patternOf } from "../rules";
import type { CollectedDecision, CollectedDecisions } from "./collected-decisions";

const itemsAtOnce = 4000;
const noInstructions = {
  instructionsDe: "Diese Entscheidungen wurden außerhalb des Studios getroffen und importiert.",
  instructionsEn: "These decisions were made outside the studio and imported.",
};

type Target = {
  studyId: string;
  importId: string;
  sampleId: string;
  name: string;
  createdById: string | null;
  people: number;
};
type Placed = { itemId: string; documentId: string; stratumId: string; position: number };
type Version = CollectedDecision & { id: string; correctsId: string | null };

/**
 * The closed round with all decisions, in the caller's transaction and some thousand items at a time. Whoever decided
 * twice on a document corrected themselves: both versions stay, the later one counts.
 */
export async function writeRound(
  transaction: Statements,
  copy: Copy,
  target: Target,
  collected: CollectedDecisions,
  signal: AbortSignal,
): Promise<string> {
  const { sampleId } = target;
  const { id: drawId, sample } = await database().draw.findFirstOrThrow({
    where: { sampleId, number: 1 },
    include: { sample: true },
  });
  const round = new RoundWriter(newId(), target, copy);
  await insertRound(transaction, round.id, drawId, target);
  await insertPeople(transaction, round.persons);
  const ofRound = Prisma.sql`child."roundId" = ${round.id}::uuid`;
  await checkTogether(
    transaction,
    ["RoundItem", "Decision"].map((table) => ({ table, among: ofRound })),
    () => copyRound(round, drawId, collected.byDocument(sample.seed, signal)),
  );
  await insertTallies(transaction, round);
  return round.id;
}

async function copyRound(
  round: RoundWriter,
  drawId: string,
  documents: ReturnType<CollectedDecisions["byDocument"]>,
): Promise<void> {
  // Some items are written while the next ones are read.
  let written: Promise<void> = Promise.resolve();
  try {
    for await (const drawn of readDrawn(drawId)) {
      for (const placed of drawn) {
        const { value } = await documents.next();
        if (value?.documentId !== placed.documentId) throw new Error(`no decisions on ${placed.documentId}`);
        round.add(placed, value.decisions);
      }
      await written;
      written = round.write();
      written.catch(() => {});
    }
    await written;
  } finally {
    await Promise.allSettled([written, documents.return()]);
  }
}

/** Items in the order of the draw, which is also that of the decisions. */
async function* readDrawn(drawId: string): AsyncGenerator<Placed[], void, undefined> {
  // On another connection, while this one writes.
  const separate = statements();
  for (let after = -1; ; ) {
    const rows = await separate.$queryRaw<Placed[]>`
      select d."itemId", item."documentId", d."stratumId", d."position"
      from "DrawItem" d join "Item" item on item."id" = d."itemId"
      where d."drawId" = ${drawId}::uuid and d."position" > ${after} order by d."position" limit ${itemsAtOnce}`;
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.position;
  }
}

const itemColumns = [
  ...["id", "roundId", "itemId", "stratumId", "position", "wanted", "decided", "agreed", "gold", "disputed", "flagged"],
  "contested",
];
const decisionColumns = [
  ...["id", "roundId", "roundItemId", "personId", "label", "flags", "note", "activeMs", "idempotencyKey", "correctsId"],
  "decidedAt",
];

class RoundWriter {
  readonly persons: string[];
  readonly members: { decided: number; activeMs: number }[];
  readonly patterns = new Map<string, number>();
  items = 0;
  decided = 0;
  doubled = 0;
  private versions = 0;
  private itemLines: string[] = [];
  private decisionLines: string[] = [];
  private readonly now = new Date();

  constructor(
    readonly id: string,
    private readonly target: Target,
    private readonly copy: Copy,
  ) {
    this.persons = Array.from({ length: target.people }, newId);
    this.members = this.persons.map(() => ({ decided: 0, activeMs: 0 }));
  }

  add({ itemId, stratumId, position }: Placed, decisions: CollectedDecision[]): void {
    const roundItemId = newId();
    const versions = versionsOf(decisions);
    const current = currentOf(versions);
    const { agreed, disputed } = agree(current.map(({ label }) => label));
    const flagged = current.some(({ flags }) => flags.length > 0);
    const contested = isContested(current.length, agreed, flagged);
    const [wanted, decided] = [current.length, current.length];
    this.itemLines.push(
      copyLine([
        ...[roundItemId, this.id, itemId, stratumId, position, wanted, decided, agreed, agreed],
        ...[disputed, flagged, contested],
      ]),
    );
    for (const version of versions) this.addVersion(roundItemId, version);
    for (const { person } of current) this.memberOf(person).decided += 1;
    const pattern = patternOf(current.map(({ person, label }) => ({ personId: this.personId(person), label })));
    if (pattern) this.patterns.set(pattern, (this.patterns.get(pattern) ?? 0) + 1);
    this.items += 1;
    this.decided += decided;
    if (decided > 1) this.doubled += 1;
  }

  /** A later version names an earlier one, which stands before it. */
  async write(): Promise<void> {
    const { itemLines, decisionLines } = this;
    this.itemLines = [];
    this.decisionLines = [];
    await this.copy("RoundItem", itemColumns, itemLines);
    await this.copy("Decision", decisionColumns, decisionLines);
  }

  private addVersion(roundItemId: string, { id, person, label, flags, note, activeMs, ...rest }: Version): void {
    this.memberOf(person).activeMs += activeMs;
    this.decisionLines.push(
      copyLine([
        ...[id, this.id, roundItemId, this.personId(person), label, `{${flags.join(",")}}`, note, activeMs],
        ...[`${this.target.importId}:${this.versions}`, rest.correctsId, (rest.decidedAt ?? this.now).toISOString()],
      ]),
    );
    this.versions += 1;
  }

  private personId(person: number): string {
    const id = this.persons[person];
    if (!id) throw new Error(`no person ${person}`);
    return id;
  }

  private memberOf(person: number): { decided: number; activeMs: number } {
    const member = this.members[person];
    if (!member) throw new Error(`no person ${person}`);
    return member;
  }
}

async function insertRound(transaction: Statements, roundId: string, drawId: string, target: Target): Promise<void> {
  const { studyId, name, createdById } = target;
  const { instructionsDe, instructionsEn } = noInstructions;
  await transaction.$executeRaw`
    insert into "Round" ("id", "studyId", "drawId", "name", "state", "instructionsDe", "instructionsEn", "doubleShare",
      "seed", "createdById", "closedAt")
    values (${roundId}::uuid, ${studyId}::uuid, ${drawId}::uuid, ${name}, 'closed', ${instructionsDe}, ${instructionsEn},
      0, 0, ${createdById}::uuid, now())`;
}

/** People by a pseudonym alone; the address exists nowhere (RFC 2606), and they can't sign in. */
async function insertPeople(transaction: Statements, persons: string[]): Promise<void> {
  await transaction.$executeRaw`
    insert into "Person" ("id", "name", "email", "external", "deactivatedAt")
    select id, 'P' || number, id || '@external.invalid', true, now()
    from unnest(${persons}::uuid[]) with ordinality as person (id, number)`;
}

async function insertTallies(transaction: Statements, round: RoundWriter): Promise<void> {
  const { id, persons, members, patterns, items, decided, doubled } = round;
  await transaction.$executeRaw`
    update "Round" set "items" = ${items}, "wanted" = ${decided}, "decided" = ${decided},
      "doubleShare" = ${doubled / Math.max(1, items)}::float8
    where "id" = ${id}::uuid`;
  await transaction.$executeRaw`
    insert into "RoundMember" ("roundId", "personId", "decided", "activeMs")
    select ${id}::uuid, * from unnest(${persons}::uuid[], ${members.map((member) => member.decided)}::int[],
      ${members.map(({ activeMs }) => activeMs)}::bigint[])`;
  await transaction.$executeRaw`
    insert into "AgreementTally" ("roundId", "pattern", "count")
    select ${id}::uuid, * from unnest(${[...patterns.keys()]}::text[], ${[...patterns.values()]}::int[])`;
}

function versionsOf(decisions: CollectedDecision[]): Version[] {
  const last = new Map<number, string>();
  return decisions.map((decision) => {
    const id = newId();
    const correctsId = last.get(decision.person) ?? null;
    last.set(decision.person, id);
    return { ...decision, id, correctsId };
  });
}

const currentOf = (versions: Version[]) => {
  const corrected = new Set(versions.map(({ correctsId }) => correctsId));
  return versions.filter(({ id }) => !corrected.has(id));
};
