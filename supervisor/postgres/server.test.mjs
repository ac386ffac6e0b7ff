// @ts-check
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { anyFreePort } from "../ports.mjs";
import { isAlive } from "../processes/identity.mjs";
import { ProcessTable } from "../processes/process-table.mjs";
import { temporaryFolder } from "../testing/temporary-folder.mjs";
import { startPostgres } from "./server.mjs";

const PASSWORD = "only-for-this-test";

/** @param {string} folder */
async function start(folder) {
  const table = new ProcessTable(folder, randomBytes(8).toString("hex"));
  onTestFinished(async () => {
    await table.killAll();
    table.close();
  });
  /** @type {string[]} */
  const notices = [];
  const server = await startPostgres({
    folder: join(folder, "postgres"),
    password: PASSWORD,
    choosePort: anyFreePort,
    lasting: true,
    surroundings: { table, onLine: () => {}, onNotice: (_name, sentence) => notices.push(sentence) },
  });
  return { ...server, table, notices };
}

/**
 * @param {string} url
 * @param {string} statement
 */
async function query(url, statement) {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test("the data outlives an orderly stop, a kill -9 in use, and a supervisor that left the server running", async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  expect(first.created).toBe(true);
  await query(first.url, "CREATE TABLE kept (number int)");
  await query(first.url, "INSERT INTO kept VALUES (1)");
  await first.process.end();
  expect(isAlive(Number(first.process.processId))).toBe(false);

  const second = await start(folder);
  expect(second.created).toBe(false);
  await query(second.url, "INSERT INTO kept VALUES (2)");
  const restarted = new Promise((resolve) => {
    second.process.onRestarted = () => resolve(undefined);
  });
  process.kill(Number(second.process.processId), "SIGKILL");
  await restarted;
  await query(second.url, "INSERT INTO kept VALUES (3)");

  // As when the supervisor and its guard are gone: nobody tells the server to end.
  second.table.isEnding = true;
  const third = await start(folder);
  expect(third.notices).toEqual([expect.stringContaining("has been stopped cleanly")]);
  expect(isAlive(Number(second.process.processId))).toBe(false);
  expect(await query(third.url, "SELECT number FROM kept ORDER BY number")).toEqual(
    [1, 2, 3].map((number) => ({ number })),
  );
});

test("a postmaster.pid with the id of another program does not hinder the start", async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  await first.process.end();
  const file = join(folder, "postgres", "postmaster.pid");
  writeFileSync(file, `${process.pid}\n${join(folder, "postgres")}\n`);
  const second = await start(folder);
  expect(await query(second.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(readFileSync(file, "utf8")).toContain(String(second.process.processId));
});

test("the server listens on the loopback only, and asks for the password", async () => {
  const server = await start(temporaryFolder());
  expect(await query(server.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  await expect(query(server.url.replace(PASSWORD, "wrong"), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});

test("a data folder of another major version is refused with what to do", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "postgres"));
  writeFileSync(join(folder, "postgres", "PG_VERSION"), "15\n");
  await expect(start(folder)).rejects.toThrow(/was made by PostgreSQL 15, and this studio brings PostgreSQL 18/);
});

test("a first start that was interrupted is begun again", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "postgres.unfinished", "base"), { recursive: true });
  const server = await start(folder);
  expect(server.created).toBe(true);
  expect(existsSync(join(folder, "postgres.unfinished"))).toBe(false);
});
