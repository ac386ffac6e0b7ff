import { createHash } from "node:crypto";
import { Prisma } from "./client";
import type { Statements } from "./statements";

/** An advisory lock of PostgreSQL, held until the transaction ends; shared ones exclude only those that are not. */
export type Lock = { key: bigint; shared: boolean };

/** The lock of that name. Ids in it may be written in capitals; they name the same thing. */
export const lockOf = (name: string, { shared = false }: { shared?: boolean } = {}): Lock => ({
  key: createHash("sha256").update(name.toLowerCase()).digest().readBigInt64BE(),
  shared,
});

export const lockFunction = ({ shared }: Lock): string => `pg_advisory_xact_lock${shared ? "_shared" : ""}`;

/** Takes the locks in their order; `inStatements` takes those it is given with its first message. */
export async function takeLocks(transaction: Statements, ...locks: [Lock, ...Lock[]]): Promise<void> {
  const calls = locks.map((lock) => Prisma.sql`${Prisma.raw(lockFunction(lock))}(${String(lock.key)}::bigint)`);
  await transaction.$executeRaw`select ${Prisma.join(calls)}`;
}
