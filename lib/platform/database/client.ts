import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { environment } from "../environment";
import { Prisma, PrismaClient } from "./generated/client";

export { Prisma };
/** What an operation needs to read and write: the client itself or a transaction of it. */
export type Database = Pick<
  PrismaClient,
  Exclude<keyof PrismaClient, "$connect" | "$disconnect" | "$on" | "$transaction" | "$extends" | "$use">
>;

// Next's development server loads modules anew on each change; the pool must not multiply with it.
const holder = globalThis as unknown as { studioPool?: pg.Pool; studioDatabase?: PrismaClient };

/** The connections of this process; Prisma's and those of `inStatements` are the same. */
export function pool(): pg.Pool {
  if (!holder.studioPool) {
    holder.studioPool = new pg.Pool({
      connectionString: environment().databaseUrl,
      max: environment().databasePool,
      connectionTimeoutMillis: 10_000,
    });
    // An idle connection that breaks leaves the pool by itself; the next one who asks gets another.
    holder.studioPool.on("error", () => {});
  }
  return holder.studioPool;
}

export function database(): PrismaClient {
  holder.studioDatabase ??= new PrismaClient({
    adapter: new PrismaPg(pool()),
    transactionOptions: { maxWait: 10_000, timeout: 30_000 },
  });
  return holder.studioDatabase;
}

/** Ends the pool; for processes that stop by themselves (worker, scripts, tests). */
export async function closeDatabase(): Promise<void> {
  await holder.studioDatabase?.$disconnect();
  holder.studioDatabase = undefined;
  await holder.studioPool?.end();
  holder.studioPool = undefined;
}

/** One transaction; whatever is thrown inside undoes all of it. */
export function inTransaction<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
  return database().$transaction((transaction) => work(transaction as Database));
}

/** PostgreSQL's code of a failed statement (such as 23505, unique violation), or null. */
export function postgresCode(error: unknown): string | null {
  if (error instanceof pg.DatabaseError) return error.code ?? null;
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === "P2002") return "23505";
    const cause = (error.meta as { driverAdapterError?: { cause?: { originalCode?: string } } } | undefined)
      ?.driverAdapterError?.cause?.originalCode;
    return cause ?? null;
  }
  return null;
}
