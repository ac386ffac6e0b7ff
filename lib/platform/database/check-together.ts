import pg from "pg";
import { Prisma } from "./client";
import type { Statements } from "./statements";

/** Rows of one table: `among` is a condition on `child`, in terms of an index, that holds for what is copied. */
export type CopiedRows = { table: string; among: Prisma.Sql };

type Reference = { name: string; parent: string; columns: string[]; keys: string[] };

/**
 * Carries out `copy`, which does nothing but `Copy` into these tables, and checks their foreign keys afterwards: in one
 * statement a table instead of row by row and key by key, which took PostgreSQL half of the time of a large copy. What is
 * checked is the same, and rows that are referred to are locked in the same way (FOR KEY SHARE) until the transaction
 * ends. To put the check off takes a right that superusers have and others are granted (`grant set on parameter
 * session_replication_role`); without it PostgreSQL checks each row. Throws where a row refers to one that isn't there;
 * the transaction must end then.
 */
export async function checkTogether<T>(
  statements: Statements,
  rows: readonly CopiedRows[],
  copy: () => Promise<T>,
): Promise<T> {
  const putOff = await statements.$queryRaw<unknown[]>`
    select set_config('session_replication_role', 'replica', true)
    where has_parameter_privilege(current_user, 'session_replication_role', 'SET')`;
  if (putOff.length === 0) return copy();
  const result = await copy();
  await statements.$executeRaw`set local session_replication_role = origin`;
  for (const { table, among } of rows) await check(statements, table, await readReferences(statements, table), among);
  return result;
}

function readReferences(statements: Statements, table: string): Promise<Reference[]> {
  return statements.$queryRaw<Reference[]>`
    select "conname"::text as "name", "confrelid"::regclass::text as "parent",
      array(select "attname"::text from unnest("conkey") with ordinality as part ("number", "place")
        join pg_attribute on "attrelid" = "conrelid" and "attnum" = "number" order by "place") as "columns",
      array(select "attname"::text from unnest("confkey") with ordinality as part ("number", "place")
        join pg_attribute on "attrelid" = "confrelid" and "attnum" = "number" order by "place") as "keys"
    from pg_constraint where "contype" = 'f' and "conrelid" = ${pg.escapeIdentifier(table)}::text::regclass`;
}

async function check(
  statements: Statements,
  table: string,
  references: readonly Reference[],
  among: Prisma.Sql,
): Promise<void> {
  if (references.length === 0) return;
  const columns = [...new Set(references.flatMap((reference) => reference.columns))].map(pg.escapeIdentifier);
  const [missing] = await statements.$queryRaw<{ name: string }[]>`
    with copied as materialized (
      select ${Prisma.raw(columns.join(", "))} from ${Prisma.raw(pg.escapeIdentifier(table))} child where ${among}
    )
    ${Prisma.join(references.map(missingSql), " union all ")} limit 1`;
  if (missing) throw new Error(`rows of ${table} refer to what isn't there (${missing.name})`);
}

/**
 * Each row that is referred to is looked up by its key and locked, once. Written so that PostgreSQL can't choose another
 * way: of rows that have just come in it has no statistics.
 */
function missingSql({ name, parent, columns, keys }: Reference): Prisma.Sql {
  const own = columns.map(pg.escapeIdentifier);
  const same = keys.map((key, at) => `parent.${pg.escapeIdentifier(key)} = referred.${own[at]}`);
  const there = `select true as "there" from ${parent} parent where ${same.join(" and ")} for key share`;
  const present = own.map((column) => `${column} is not null`).join(" and ");
  return Prisma.sql`
    select ${name}::text as "name"
    from (select distinct ${Prisma.raw(own.join(", "))} from copied where ${Prisma.raw(present)}) referred
    left join lateral (${Prisma.raw(there)}) found on true where found."there" is null`;
}
