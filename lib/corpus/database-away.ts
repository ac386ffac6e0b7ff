import { Prisma, postgresCode } from "@/lib/platform/database/client";

/** Prisma: unreachable, timed out, closed, no connection free, transaction lost, too many connections. */
const prismaCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2037"]);

/**
 * Whether an error says that the database was away, and nothing of the work itself: then the work is tried again, and
 * not called failed.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (!(error instanceof Error)) return false;
  if (error instanceof Prisma.PrismaClientKnownRequestError && prismaCodes.has(error.code)) return true;
  // Connection exceptions, no room for a connection, an administrator's shutdown or a crash.
  if (/^(08|53300|57P0)/.test(postgresCode(error) ?? "")) return true;
  return /ECONNREFUSED|ECONNRESET|Connection terminated|Can't reach database/.test(error.message);
}
