import { mkdirSync } from "node:fs";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { environment } from "../environment";

// One instance a process: each has its own memory limit and threads. Kept through Next's reloads in development.
const holder = globalThis as unknown as { studioDuckDb?: Promise<DuckDBInstance> };

async function start(): Promise<DuckDBInstance> {
  const temporary = path.join(/* turbopackIgnore: true */ environment().dataFolder, "duckdb");
  mkdirSync(temporary, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: "256MB",
    threads: "2",
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

/** A connection of one's own to the shared, in-memory DuckDB. `signal` interrupts what it does. Close it. */
export async function openDuckDb(signal?: AbortSignal): Promise<{ connection: DuckDBConnection; close: () => void }> {
  signal?.throwIfAborted();
  holder.studioDuckDb ??= start();
  const connection = await (await holder.studioDuckDb).connect();
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
): Promise<T> {
  const { connection, close } = await openDuckDb(signal);
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
