// @ts-check
import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "../testing/database.mjs";

/**
 * @param {string} url
 * @param {(client: pg.Client) => Promise<void>} work
 */
async function connected(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

test("the embedded PostgreSQL sorts text as German readers expect", async () => {
  const database = await createTestDatabase();
  await connected(database.url, async (client) => {
    const { rows } = await client.query(
      "SELECT word FROM unnest(ARRAY['Zahn', 'Öl', 'Ohr', 'ärztlich', 'Arzt', 'arm']) AS word ORDER BY word",
    );
    expect(rows.map((row) => row.word)).toEqual(["arm", "Arzt", "ärztlich", "Ohr", "Öl", "Zahn"]);
    const upper = await client.query("SELECT upper('straße äöü') AS text, 'Ärzte' ILIKE 'ärzte' AS alike");
    expect(upper.rows[0]).toEqual({ text: "STRASSE ÄÖÜ", alike: true });
  });
  await database.drop();
});

test("each test database is a copy of its own of the migrated template", async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await connected(first.url, async (client) => {
    await client.query("CREATE TABLE only_here (number int)");
    const { rows } = await client.query(
      "SELECT count(*)::int AS applied FROM _prisma_migrations WHERE finished_at IS NOT NULL",
    );
    expect(rows[0].applied).toBeGreaterThan(0);
  });
  await connected(second.url, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('only_here') AS found");
    expect(rows[0].found).toBeNull();
  });
  await first.drop();
  await second.drop();
});
