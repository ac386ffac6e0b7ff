import { createHash } from "node:crypto";
import type pg from "pg";
import { type Database, Prisma, pool } from "./client";
import { copyRows } from "./copy-rows";
import { type Lock, lockFunction } from "./locks";

/** Statements written by hand. Prisma's transactions offer them too, so that one function serves both. */
export type Statements = Pick<Database, "$queryRaw" | "$executeRaw">;

const names = new Map<string, string>();
/** One name per text, the same in all processes: PostgreSQL then parses each statement once a connection. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = createHash("sha256").update(text).digest("hex").slice(0, 32);
    names.set(text, name);
  }
  return name;
}

function statementsOf(connection: pg.PoolClient | pg.Pool): Statements {
  const run = async (query: TemplateStringsArray | Prisma.Sql, values: unknown[]) => {
    const sql = query instanceof Prisma.Sql ? query : Prisma.sql(query, ...values);
    return connection.query({ name: nameOf(sql.text), text: sql.text, values: sql.values });
  };
  // PrismaPromise differs from a promise only for Prisma's own batches, which never see these.
  return {
    $queryRaw: (query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) =>
      run(query, values).then(({ rows }) => rows),
    $executeRaw: (query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) =>
      run(query, values).then(({ rowCount }) => rowCount ?? 0),
  } as unknown as Statements;
}

/** Single statements by hand, each a transaction of its own. */
export const statements = (): Statements => statementsOf(pool());

/** `copyRows` within the transaction. */
export type Copy = (table: string, columns: readonly string[], lines: Iterable<string>) => Promise<number>;

/** The transaction's first message takes its locks too: one way to the database less for each of them. */
function beginning(locks: readonly Lock[]): string {
  const taken = locks.map((lock) => `${lockFunction(lock)}(${lock.key})`);
  return taken.length === 0 ? "begin" : `begin; select ${taken.join(", ")}`;
}

/**
 * One transaction of statements by hand, over Prisma's own pool but without its query engine, which costs more than the
 * statements themselves where people wait for every one (docs/performance.md). Whatever is thrown inside undoes all of it.
 * Rows come as `pg` gives them: 64-bit integers as text, so cast what is counted to int. `locks` are taken first, in their
 * order.
 */
export async function inStatements<T>(
  work: (statements: Statements, copy: Copy) => Promise<T>,
  { locks = [] }: { locks?: readonly Lock[] } = {},
): Promise<T> {
  const connection = await pool().connect();
  let broken: Error | undefined;
  try {
    await connection.query(beginning(locks));
    const copy: Copy = (table, columns, lines) => copyRows(connection, table, columns, lines);
    const result = await work(statementsOf(connection), copy);
    await connection.query("commit");
    return result;
  } catch (error) {
    await connection.query("rollback").catch((failed: Error) => {
      broken = failed;
    });
    throw error;
  } finally {
    // A connection that cannot even roll back is thrown away.
    connection.release(broken);
  }
}
