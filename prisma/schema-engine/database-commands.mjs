// @ts-check
import pg from "pg";
import { databaseName, driverUrl, serverName, withDatabase } from "./database-address.mjs";

const DATABASE_MISSING = "3D000";
const DATABASE_EXISTS = "42P04";
const WRONG_CREDENTIALS = new Set(["28P01", "28000"]);

/**
 * The two commands that Prisma runs before it opens a conversation. Returns the exit code.
 * @param {string} command
 * @param {string} url
 */
export async function runDatabaseCommand(command, url) {
  try {
    if (command === "can-connect-to-database") await connectOnce(driverUrl(url), async () => {});
    else if (command === "create-database") await createDatabase(url);
    else throw new Error(`The schema engine has no command '${command}'.`);
    return 0;
  } catch (error) {
    const { code, message } = explainError(error, url);
    const record = {
      level: "ERROR",
      target: "schema_engine::logger",
      fields: { message, error_code: code, is_panic: false },
    };
    // Prisma skips the first line, which the native engine writes before its log begins.
    process.stderr.write(`\n${JSON.stringify(record)}\n`);
    return 1;
  }
}

/**
 * Creates the database that the address names; one that exists is left as it is.
 * @param {string} url
 */
export async function createDatabase(url) {
  const name = databaseName(url);
  await connectOnce(withDatabase(url, "postgres"), async (client) => {
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    } catch (error) {
      if (codeOf(error) !== DATABASE_EXISTS) throw error;
    }
  });
  return name;
}

/**
 * @param {string} url
 * @param {(client: pg.Client) => Promise<void>} work
 */
async function connectOnce(url, work) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Prisma's code and a sentence for what PostgreSQL or the network said.
 * @param {unknown} error
 * @param {string} url
 */
function explainError(error, url) {
  const detail = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code === DATABASE_MISSING) {
    return {
      code: "P1003",
      message: `Database \`${databaseName(url)}\` does not exist on the database server at \`${serverName(url)}\`.`,
    };
  }
  if (WRONG_CREDENTIALS.has(code)) {
    return { code: "P1000", message: `Authentication failed at \`${serverName(url)}\`: ${detail}` };
  }
  return {
    code: "P1001",
    message: `Can't reach the database server at \`${serverName(url)}\`. Please make sure that it is running there. (${detail || code})`,
  };
}

/** @param {unknown} error */
function codeOf(error) {
  return error && typeof error === "object" && "code" in error ? String(error.code) : "";
}
