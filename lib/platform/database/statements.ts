import type pg from "pg";
import { type Database, Prisma, pool } from "./client";

/** Statements written by hand. Prisma's transactions offer them too, so that one function serves both. */
export type Statements = Pick<Database, "$queryRaw" | "$executeRaw">;

function statementsOf(connection: pg.PoolClient): Statements {
  const run = async (query: TemplateStringsArray | Prisma.Sql, values: unknown[]) => {
    const sql = query instanceof Prisma.Sql ? query : Prisma.sql(query, ...values);
    return connection.query({ text: sql.text, values: sql.values });
  };
  // PrismaPromise differs from a promise only for Prisma's own batches, which never see these.
  return {
    $queryRaw: (query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) =>
      run(query, values).then(({ rows }) => rows),
    $executeRaw: (query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) =>
      run(query, values).then(({ rowCount }) => rowCount ?? 0),
  } as unknown as Statements;
}

/**
 * One transaction of statements by hand, over Prisma's own pool but without its query engine, which costs more than the
 * statements themselves where people wait for every one (docs/performance.md). Whatever is thrown inside undoes all of it.
 * Rows come as `pg` gives them: 64-bit integers as text, so cast what is counted to int.
 */
export async function inStatements<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
  const connection = await pool().connect();
  let broken: Error | undefined;
  try {
    await connection.query("begin");
    const result = await work(statementsOf(connection));
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
