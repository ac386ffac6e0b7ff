// @ts-check
import { statfs } from "node:fs/promises";
import pg from "pg";
import { SupervisedProcess } from "../processes/supervised-process.mjs";
import { Refusal } from "../refusal.mjs";
import { postgresBinaries } from "./binaries.mjs";
import { DATABASE_USER, ensureCluster } from "./cluster.mjs";
import { clearOrphan } from "./orphan.mjs";
import { postgresSettings } from "./settings.mjs";
import { commandAs, databaseUser } from "./system-user.mjs";

const DATABASE_NAME = "studio";
/** PostgreSQL stops in the middle of its work when its log of changes cannot grow. */
const NEEDED_BYTES = 300_000_000;

/**
 * @typedef {object} ServerOptions
 * @property {string} folder the data folder
 * @property {string} password
 * @property {() => Promise<number>} choosePort called after an orphan has given its port back
 * @property {boolean} lasting false for test databases
 * @property {import("../processes/supervised-process.mjs").Surroundings} surroundings
 */

/**
 * Starts the embedded PostgreSQL on 127.0.0.1 and makes the studio's database.
 * @param {ServerOptions} options
 * @returns {Promise<{ url: string, port: number, created: boolean, process: SupervisedProcess }>}
 */
export async function startPostgres({ folder, password, choosePort, lasting, surroundings }) {
  const { created } = await ensureCluster(folder, password);
  await checkSpace(folder);
  if ((await clearOrphan(folder)) === "stopped") {
    surroundings.onNotice("postgres", "was still running from an earlier start; it has been stopped cleanly");
  }
  const port = await choosePort();
  const words = ["-D", folder, ...postgresSettings({ port, lasting })];
  const supervised = new SupervisedProcess(
    {
      name: "postgres",
      ...commandAs(postgresBinaries().postgres, words, databaseUser(), folder),
      folder: "/",
      // SIGINT is PostgreSQL's "fast" stop: sessions are ended, everything is written.
      endSignal: lasting ? "SIGINT" : "SIGQUIT",
      endOrder: 90,
      graceMs: 30_000,
      readyLine: /database system is ready to accept connections/,
      readyTimeoutMs: 120_000, // after a crash it first replays its log of changes
      maxRestarts: lasting ? 5 : 0,
    },
    surroundings,
  );
  try {
    await supervised.start();
  } catch (error) {
    throw explainStart(error, supervised.lastLines, folder);
  }
  const address = (/** @type {string} */ name) => `postgresql://${DATABASE_USER}:${password}@127.0.0.1:${port}/${name}`;
  await createDatabase(address("postgres"), DATABASE_NAME);
  return { url: address(DATABASE_NAME), port, created, process: supervised };
}

/**
 * @param {string} adminUrl
 * @param {string} name
 */
async function createDatabase(adminUrl, name) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** @param {string} folder */
async function checkSpace(folder) {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < NEEDED_BYTES) throw diskFull(folder);
}

/** @param {string} folder */
function diskFull(folder) {
  return new Refusal(
    `The disk that holds ${folder} is full. The database needs at least 300 MB: free some space and start again.`,
  );
}

/**
 * @param {unknown} error
 * @param {string} lines what PostgreSQL wrote
 * @param {string} folder
 */
function explainStart(error, lines, folder) {
  if (/No space left on device/.test(lines)) return diskFull(folder);
  if (/password|authentication/.test(lines))
    return new Refusal(`PostgreSQL did not start:\n${lines}`, { cause: error });
  return error;
}
