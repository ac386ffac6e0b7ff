import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { environment } from "../environment";

/**
 * One thread writes Parquet in 115 MB where two take 185 MB (they hold batches to keep the order), and is hardly slower:
 * compressing is not what imports wait for. Reading scales with threads.
 */
const settings = {
  reading: { memory_limit: "256MB", threads: "2" },
  writing: { memory_limit: "128MB", threads: "1" },
};
export type DuckDbUse = keyof typeof settings;

// One instance a process and use: each has its own memory limit. Kept through Next's reloads in development.
const holder = globalThis as unknown as { studioDuckDb?: Partial<Record<DuckDbUse, Promise<DuckDBInstance>>> };

async function start(use: DuckDbUse): Promise<DuckDBInstance> {
  const temporary = temporaryFolder(use);
  const instance = await DuckDBInstance.create(":memory:", {
    ...settings[use],
    temp_directory: temporary,
    // Nothing is ever downloaded or loaded from elsewhere.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const connection = await instance.connect();
  await connection.run("SET lock_configuration = true");
  connection.closeSync();
  return instance;
}

/** Each process spills into a folder of its own; what killed ones left is removed. */
function temporaryFolder(use: DuckDbUse): string {
  const root = path.join(/* turbopackIgnore: true */ environment().dataFolder, "duckdb");
  const own = path.join(root, `${process.pid}-${use}`);
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(root)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(path.join(root, name), { recursive: true, force: true });
  }
  return own;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function instanceFor(use: DuckDbUse): Promise<DuckDBInstance> {
  holder.studioDuckDb ??= {};
  holder.studioDuckDb[use] ??= start(use);
  return holder.studioDuckDb[use];
}

/** A connection of one's own to the shared, in-memory DuckDB. `signal` interrupts what it does. Close it. */
export async function openDuckDb(
  signal?: AbortSignal,
  use: DuckDbUse = "reading",
): Promise<{ connection: DuckDBConnection; close: () => void }> {
  signal?.throwIfAborted();
  const connection = await (await instanceFor(use)).connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  return {
    connection,
    close: () => {
      signal?.removeEventListener("abort", interrupt);
      connection.closeSync();
    },
  };
}

/** Works with a connection and closes it; its temporary tables go with it. */
export async function withDuckDb<T>(
  work: (connection: DuckDBConnection) => Promise<T>,
  signal?: AbortSignal,
  use: DuckDbUse = "reading",
): Promise<T> {
  const { connection, close } = await openDuckDb(signal, use);
  try {
    return await work(connection);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    close();
  }
}

/** A column's name as SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as SQL, for the few places where DuckDB takes no parameter (COPY … TO). */
export function quoteText(text: string): string {
  if (text.includes("\0")) throw new Error("text with a NUL character");
  return `'${text.replaceAll("'", "''")}'`;
}

/** A file's path as DuckDB reads it: * ? [ stand for themselves. */
export function escapeGlob(file: string): string {
  return file.replace(/[[*?]/g, (character) => `[${character}]`);
}
