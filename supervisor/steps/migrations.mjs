// @ts-check
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../paths.mjs";
import { prismaProcess } from "../prisma.mjs";
import { Refusal } from "../refusal.mjs";
import { step } from "../session/terminal.mjs";
import { runToEnd } from "./run.mjs";

/**
 * Brings the database up to the migrations of this clone; quick when it already is.
 * @param {import("../session/session.mjs").Session} session
 * @param {string} databaseUrl
 */
export async function ensureMigrations(session, databaseUrl) {
  if (!(await areApplied(databaseUrl))) {
    await step("Migrating the database", () => {
      const { command, args, environment } = prismaProcess(["migrate", "deploy"]);
      return runToEnd(session, "prisma", command, args, {
        environment: { ...environment, DATABASE_URL: databaseUrl },
        complaint: "The database could not be migrated.",
      });
    });
  }
  // Has its own record of what was done. Imported late: a fresh clone has no packages when the supervisor begins.
  const { migrateJobQueue } = await import("../postgres/migrate.mjs");
  await migrateJobQueue(databaseUrl);
}

/** @param {string} databaseUrl */
async function areApplied(databaseUrl) {
  const folder = join(repositoryRoot, "prisma", "migrations");
  const own = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const script = readFileSync(join(folder, name, "migration.sql"));
      return `${name} ${createHash("sha256").update(script).digest("hex")}`;
    });
  const applied = await readApplied(databaseUrl);
  const newer = applied.filter((entry) => !own.some((line) => line.split(" ")[0] === entry.split(" ")[0]));
  if (newer.length > 0) {
    throw new Refusal(
      `The database knows changes that this version of the studio does not (${newer.map((entry) => entry.split(" ")[0]).join(", ")}). ` +
        "It was used by a newer version: start that one, or another data folder with --data.",
    );
  }
  return own.every((line) => applied.includes(line));
}

/**
 * @param {string} databaseUrl
 * @returns {Promise<string[]>} name and checksum of the finished migrations
 */
async function readApplied(databaseUrl) {
  const { default: pg } = await import("pg");
  const address = new URL(databaseUrl);
  const schema = address.searchParams.get("schema") ?? "public";
  address.searchParams.delete("schema");
  const client = new pg.Client({ connectionString: address.toString(), connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const table = `${pg.escapeIdentifier(schema)}._prisma_migrations`;
    const found = await client.query("SELECT to_regclass($1) AS found", [table]);
    if (found.rows[0].found === null) return [];
    const { rows } = await client.query(
      `SELECT migration_name, checksum FROM ${table} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    );
    return rows.map((row) => `${row.migration_name} ${row.checksum}`);
  } catch (error) {
    throw new Refusal(
      `The database at ${address.hostname}:${address.port || 5432} cannot be used: ` +
        `${error instanceof Error ? error.message || ("code" in error ? error.code : "") : error}. Check DATABASE_URL.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => {});
  }
}
