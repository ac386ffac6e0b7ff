// @ts-check
import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { DataFolder } from "../data-folder.mjs";
import { anyFreePort } from "../ports.mjs";
import { ProcessTable } from "../processes/process-table.mjs";
import { createTestDatabase } from "../testing/database.mjs";
import { temporaryFolder } from "../testing/temporary-folder.mjs";
import { ensureMigrations } from "./migrations.mjs";

/** What a step needs of a session. */
function stepSession() {
  const dataFolder = new DataFolder(temporaryFolder());
  const table = new ProcessTable(dataFolder.path, randomBytes(8).toString("hex"));
  onTestFinished(async () => {
    await table.killAll();
    table.close();
  });
  /** @type {string[]} */
  const lines = [];
  const surroundings = { table, onLine: (/** @type {string} */ _, /** @type {string} */ line) => lines.push(line) };
  const session = /** @type {import("../session/session.mjs").Session} */ (
    /** @type {unknown} */ ({ dataFolder, table, surroundings })
  );
  return { session, lines };
}

/** @param {string} url @param {string} statement */
async function query(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

test("an up-to-date database is left alone, one that lacks a migration gets it", async () => {
  const { url } = await createTestDatabase();
  const { session, lines } = stepSession();
  await ensureMigrations(session, url);
  expect(lines).toEqual([]);

  await query(url, "DROP SCHEMA public CASCADE; DROP SCHEMA graphile_worker CASCADE; CREATE SCHEMA public");
  await ensureMigrations(session, url);
  await query(url, "SELECT FROM graphile_worker.jobs");
  expect(lines.join("\n")).toContain("All migrations have been successfully applied");
}, 120_000);

test("a database of a newer version is refused", async () => {
  const { url } = await createTestDatabase();
  await query(
    url,
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '29990101000000_later', now())`,
  );
  await expect(ensureMigrations(stepSession().session, url)).rejects.toThrow(/29990101000000_later.*newer version/);
});

test("a database that is not there is a sentence without the password", async () => {
  const port = await anyFreePort();
  const attempt = ensureMigrations(stepSession().session, `postgresql://studio:pass-word@127.0.0.1:${port}/studio`);
  await expect(attempt).rejects.toThrow(
    new RegExp(`database at 127\\.0\\.0\\.1:${port} cannot be used: .*Check DATABASE_URL`),
  );
  await expect(attempt).rejects.not.toThrow(/pass-word/);
});
