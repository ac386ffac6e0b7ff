// @ts-check
import { runMigrations } from "graphile-worker";
import { runPrisma } from "../prisma.mjs";

/**
 * The queue's own tables, without which the web cannot put a job in: it may well be up before the first worker.
 * @param {string} databaseUrl
 */
export async function migrateJobQueue(databaseUrl) {
  await runMigrations({ connectionString: databaseUrl });
}

/**
 * All tables, for a database of one's own.
 * @param {string} databaseUrl
 */
export async function migrateDatabase(databaseUrl) {
  await runPrisma(["migrate", "deploy"], { DATABASE_URL: databaseUrl });
  await migrateJobQueue(databaseUrl);
}
