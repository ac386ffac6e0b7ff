import { database } from "@/lib/platform/database/client";

/** The tables that hold nearly all rows of an import, parents first, and which of their rows are the round's. */
const tables = {
  Item: `"id" in (select "itemId" from "RoundItem" where "roundId" = $round)`,
  DrawItem: `"drawId" = (select "drawId" from "Round" where "id" = $round)`,
  RoundItem: `"roundId" = $round`,
  Decision: `"roundId" = $round`,
};

/**
 * What PostgreSQL alone takes for an import's rows: COPY from files on its own disk, in one transaction, into empty tables
 * with the same indexes and foreign keys, checked row by row. Its role must be a superuser and its disk this machine's.
 */
export async function bareCopy<Cost>(
  roundId: string,
  measure: (work: () => Promise<unknown>) => Promise<Cost>,
): Promise<Cost> {
  const run = (sql: string) => database().$executeRawUnsafe(sql);
  const [setting] = await database().$queryRaw<{ folder: string }[]>`
    select current_setting('data_directory') as "folder"`;
  const fileOf = (table: string) => `'${setting?.folder}/bare-${table}'`;
  await run("create schema bare");
  for (const [table, rows] of Object.entries(tables)) {
    await run(`copy (select * from "${table}" where ${rows.replace("$round", `'${roundId}'`)}) to ${fileOf(table)}`);
    await run(`create table bare."${table}" (like "${table}" including all)`);
    for (const definition of await foreignKeysOf(table)) await run(`alter table bare."${table}" add ${definition}`);
  }
  await run("checkpoint");
  const cost = await measure(() =>
    database().$transaction(
      async (transaction) => {
        for (const table of Object.keys(tables)) {
          await transaction.$executeRawUnsafe(`copy bare."${table}" from ${fileOf(table)}`);
        }
      },
      { timeout: 600_000 },
    ),
  );
  await run("drop schema bare cascade");
  return cost;
}

/** As of the table itself, but among the bare ones where those are referred to. */
async function foreignKeysOf(table: string): Promise<string[]> {
  const rows = await database().$queryRaw<{ definition: string }[]>`
    select pg_get_constraintdef("oid") as "definition" from pg_constraint
    where "contype" = 'f' and "conrelid" = ${`"${table}"`}::text::regclass`;
  return rows.map(({ definition }) =>
    definition.replace(/REFERENCES "?(\w+)"?/, (whole, parent) =>
      parent in tables ? `REFERENCES bare."${parent}"` : whole,
    ),
  );
}
