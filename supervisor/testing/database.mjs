// @ts-check
import { randomBytes } from "node:crypto";
import pg from "pg";

/** The variable by which tests find their server; set by vitest.global-setup.mjs. */
export const SERVER_VARIABLE = "TEST_DATABASE_URL_BASE";
export const TEMPLATE_NAME = "studio_template";

/**
 * An empty, migrated database of one's own, copied from the template. Drop it when done (the server goes anyway).
 * @returns {Promise<{ url: string, drop: () => Promise<void> }>}
 */
export async function createTestDatabase() {
  const base = process.env[SERVER_VARIABLE];
  if (!base)
    throw new Error(
      `${SERVER_VARIABLE} is not set: run this test by vitest, with the global set-up of supervisor/testing.`,
    );
  const name = `test_${process.env.VITEST_POOL_ID ?? "0"}_${randomBytes(6).toString("hex")}`;
  await administer(base, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_NAME}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => administer(base, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/**
 * @param {string} base address of the server's maintenance database
 * @param {string} statement
 */
export async function administer(base, statement) {
  const client = new pg.Client({ connectionString: base });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
