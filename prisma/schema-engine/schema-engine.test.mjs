// @ts-check
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { beforeAll, expect, test, vi } from "vitest";
import { packageCommand, repositoryRoot } from "../../supervisor/paths.mjs";
import { anyFreePort } from "../../supervisor/ports.mjs";
import { startTemporaryPostgres } from "../../supervisor/postgres/temporary.mjs";
import { prismaEnvironment } from "../../supervisor/prisma.mjs";
import { temporaryFolder } from "../../supervisor/testing/temporary-folder.mjs";

// Each call of Prisma's takes seconds on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

/** @type {string} */
let serverUrl;

beforeAll(async () => {
  const server = await startTemporaryPostgres();
  serverUrl = server.url;
  return server.stop;
});

const SCHEMA = `
generator client {
  provider = "prisma-client"
  output   = "../generated"
}
datasource db {
  provider = "postgresql"
}
enum Answer {
  medical
  other
}
model Item {
  id      Int     @id @default(autoincrement())
  text    String
  answer  Answer?
  votes   Vote[]
}
model Vote {
  id     Int  @id @default(autoincrement())
  itemId Int
  item   Item @relation(fields: [itemId], references: [id])
}
`;

/** What Prisma's schema language cannot say, and semicolons where only a dollar quote keeps them together. */
const BY_HAND = `
ALTER TABLE "Item" ADD CONSTRAINT text_is_not_empty CHECK (length(text) > 0);
CREATE UNIQUE INDEX one_unanswered ON "Item" (text) WHERE answer IS NULL;
CREATE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'votes are only added; never changed';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER votes_stay BEFORE UPDATE OR DELETE ON "Vote" FOR EACH ROW EXECUTE FUNCTION refuse_change();
`;

/** A project of its own beside this one, with a database of its own. */
function project() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "prisma"));
  symlinkSync(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "prisma", "schema.prisma"), SCHEMA);
  writeFileSync(
    join(folder, "prisma.config.ts"),
    `import { defineConfig } from "prisma/config";
     export default defineConfig({ schema: "prisma", migrations: { path: "prisma/migrations" },
                                   datasource: { url: process.env.DATABASE_URL ?? "" } });`,
  );
  const address = new URL(serverUrl);
  address.pathname = `/project_${Math.random().toString(36).slice(2)}`;
  const url = address.toString();

  /** @param {string[]} words @param {string} [databaseUrl] @returns {Promise<{ code: number, output: string }>} */
  const prisma = (words, databaseUrl = url) =>
    new Promise((resolve) => {
      const environment = { ...process.env, ...prismaEnvironment, DATABASE_URL: databaseUrl };
      const program = packageCommand("prisma");
      execFile(process.execPath, [program, ...words], { cwd: folder, env: environment }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` });
      });
    });
  const migrations = () => readdirSync(join(folder, "prisma", "migrations")).filter((name) => !name.endsWith(".toml"));
  return { folder, url, prisma, migrations };
}

/**
 * @param {string} url
 * @param {string} statement
 */
async function query(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test("the client is generated without a database and without a download", async () => {
  const { folder, prisma } = project();
  expect(await prisma(["generate"], "")).toMatchObject({ code: 0 });
  expect(readdirSync(join(folder, "generated"))).toContain("client.ts");
});

test("a migration written by Prisma and completed by hand is deployed to a database that it makes", async () => {
  const { folder, url, prisma, migrations } = project();
  expect(await prisma(["migrate", "dev", "--create-only", "--name", "foundation"])).toMatchObject({ code: 0 });
  const [name = ""] = migrations();
  const script = join(folder, "prisma", "migrations", name, "migration.sql");
  expect(readFileSync(script, "utf8")).toContain('CREATE TYPE "Answer"');
  writeFileSync(script, readFileSync(script, "utf8") + BY_HAND);

  expect(await prisma(["migrate", "deploy"])).toMatchObject({ code: 0, output: expect.stringContaining(name) });
  await query(url, `INSERT INTO "Item" (text) VALUES ('Zahnschmerzen')`);
  await query(url, `INSERT INTO "Vote" ("itemId") VALUES (1)`);
  await expect(query(url, `DELETE FROM "Vote"`)).rejects.toThrow("votes are only added; never changed");
  await expect(query(url, `INSERT INTO "Item" (text) VALUES ('')`)).rejects.toThrow("text_is_not_empty");
  await expect(query(url, `INSERT INTO "Item" (text) VALUES ('Zahnschmerzen')`)).rejects.toThrow("one_unanswered");

  expect(await prisma(["migrate", "deploy"])).toMatchObject({ code: 0, output: expect.stringContaining("No pending") });
  expect(await prisma(["migrate", "status"])).toMatchObject({ code: 0, output: expect.stringContaining("up to date") });
});

test("a later change finds what is there, by-hand parts included, and leaves no shadow database behind", async () => {
  const { folder, prisma, url, migrations } = project();
  await prisma(["migrate", "dev", "--create-only", "--name", "foundation"]);
  const script = join(folder, "prisma", "migrations", migrations()[0] ?? "", "migration.sql");
  writeFileSync(script, readFileSync(script, "utf8") + BY_HAND);
  writeFileSync(
    join(folder, "prisma", "schema.prisma"),
    SCHEMA.replace("answer  Answer?", "answer  Answer?\n  note String?"),
  );
  expect(await prisma(["migrate", "dev", "--name", "notes"])).toMatchObject({ code: 0 });
  const second = readFileSync(join(folder, "prisma", "migrations", migrations()[1] ?? "", "migration.sql"), "utf8");
  expect(second).toContain('ADD COLUMN     "note"');
  expect(second).not.toContain("DROP");
  expect(await query(url, "SELECT FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow%'")).toEqual([]);
});

test("a migration that fails is reported with PostgreSQL's own words and stops the next one", async () => {
  const { folder, prisma } = project();
  const migration = join(folder, "prisma", "migrations", "20260101000000_wrong");
  mkdirSync(migration, { recursive: true });
  writeFileSync(join(folder, "prisma", "migrations", "migration_lock.toml"), 'provider = "postgresql"\n');
  writeFileSync(join(migration, "migration.sql"), "CREATE TABLE fine (id int);\nALTER TABLE missing ADD COLUMN x int;");
  const failed = await prisma(["migrate", "deploy"]);
  expect(failed).toMatchObject({
    code: 1,
    output: expect.stringContaining('relation "missing" does not exist (42P01)'),
  });
  expect(await prisma(["migrate", "deploy"])).toMatchObject({ code: 1, output: expect.stringContaining("P3009") });
});

test("a database that cannot be reached, and a wrong password, are told apart", async () => {
  const { prisma, url } = project();
  const nowhere = new URL(url);
  nowhere.port = String(await anyFreePort());
  const unreachable = await prisma(["migrate", "deploy"], nowhere.toString());
  expect(unreachable.code).toBe(1);
  expect(unreachable.output).toContain(`P1001: Can't reach the database server at \`127.0.0.1:${nowhere.port}\``);

  const wrong = new URL(url);
  wrong.password = "not-the-password";
  const refused = await prisma(["migrate", "deploy"], wrong.toString());
  expect(refused.output).toContain("P1000: Authentication failed");
  expect(refused.output).not.toContain("not-the-password");
});
