import { database, Prisma } from "@/lib/platform/database/client";
import type { RepeatCount } from "./consistency";

type Row = { roundId: string; personId: string; repeats: number; same: number };

/** Repeats that have been decided, and those of them decided the same as at first, by round and person. */
export function countRepeats(of: { roundIds: string[]; personId?: string }): Promise<Row[]> {
  const person = of.personId ? Prisma.sql`repeat."personId" = ${of.personId}::uuid` : Prisma.sql`true`;
  return database().$queryRaw<Row[]>`
    select repeat."roundId", repeat."personId", count(*)::int as "repeats",
      (count(*) filter (where repeat."label" = decision."label"))::int as "same"
    from "Repeat" repeat
    join "Decision" decision on decision."roundItemId" = repeat."roundItemId"
      and decision."personId" = repeat."personId" and decision."label" is not null
      and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")
    where repeat."roundId" = any(${of.roundIds}::uuid[]) and repeat."label" is not null and ${person}
    group by repeat."roundId", repeat."personId"`;
}

/** The same for one round, by the people's pseudonyms. */
export async function readRepeats(roundId: string, pseudonyms: Map<string, string>): Promise<RepeatCount[]> {
  const rows = await countRepeats({ roundIds: [roundId] });
  return rows.map(({ personId, repeats, same }) => ({ person: pseudonyms.get(personId) ?? personId, repeats, same }));
}
