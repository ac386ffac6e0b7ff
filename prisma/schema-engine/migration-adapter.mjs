// @ts-check
import { PrismaPg } from "@prisma/adapter-pg";
import { DriverAdapterError } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { driverUrl, schemaName, withDatabase } from "./database-address.mjs";

/** @typedef {Awaited<ReturnType<PrismaPg['connect']>>} Adapter */
/** @typedef {{ fields: { dataTypeID: number }[], rows: unknown[][] }} RawResult */
/** @typedef {{ performIO(query: unknown): Promise<RawResult>, queryRaw(query: unknown): Promise<{ columnTypes: number[] }> }} Queryable */

// PostgreSQL's internal "char", which its catalog tables use; a blank-padded character; Prisma's name for a single character.
const INTERNAL_CHAR = 18;
const BLANK_PADDED_CHARACTER = 1042;
const CHARACTER_COLUMN = 6;
const UNKNOWN_CODE = "P0001";

/**
 * `@prisma/adapter-pg` made fit for migrations. Version 7.10 is written for queries and gets three things wrong here:
 * it splits scripts at every semicolon, which breaks function bodies; its shadow database is never reached, because
 * the connection string wins over the name; and it drops that database while still connected to it.
 */
export class MigrationAdapterFactory extends PrismaPg {
  /** @type {Set<Adapter>} */
  #open = new Set();

  /** @param {string} url */
  constructor(url) {
    // One connection: the engine's advisory lock belongs to the session that took it.
    super({ connectionString: driverUrl(url), max: 1 }, { schema: schemaName(url) });
    this.url = url;
  }

  /** @override */
  async connect() {
    const adapter = await super.connect();
    this.#open.add(adapter);
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        throw inPostgresWords(error, script);
      }
    };
    readInternalChars(adapter);
    return adapter;
  }

  /** @override */
  async connectToShadowDb() {
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    const main = await this.connect();
    await main.executeScript(`CREATE DATABASE "${name}"`);
    const shadow = await new MigrationAdapterFactory(withDatabase(this.url, name)).connect();
    const closeShadow = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await closeShadow();
      await main.executeScript(`DROP DATABASE IF EXISTS "${name}"`);
      await main.dispose();
    };
    return shadow;
  }

  /** Ends what the engine left open, so that one request's locks and sessions never meet the next one's. */
  async closeAll() {
    for (const adapter of this.#open) {
      const pool = adapter.underlyingDriver();
      if (!pool.ended && !pool.ending) await pool.end().catch(() => {});
    }
    this.#open.clear();
  }
}

/**
 * Adapter and engine would turn PostgreSQL's error into a kind of their own ("no such table") and lose what helps to
 * mend a script. Under a code that neither knows, its words and the line get through.
 * @param {unknown} error
 * @param {string} script
 */
function inPostgresWords(error, script) {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = "", severity = "ERROR", detail, hint, column } = error;
  const line = error.position ? `, line ${script.slice(0, Number(error.position)).split("\n").length}` : "";
  const message = `${error.message} (${code}${line})`;
  return new DriverAdapterError({ kind: "postgres", code: UNKNOWN_CODE, severity, message, detail, hint, column });
}

/**
 * The engine's catalog queries return "char" columns, which the adapter refuses: they are read as text and declared as
 * single characters. Transactions are given the same reading.
 * @param {Adapter} adapter
 */
function readInternalChars(adapter) {
  const queryable = /** @type {Queryable} */ (/** @type {unknown} */ (adapter));
  wrapQueryRaw(queryable);
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => {
    const transaction = await startTransaction(isolationLevel);
    wrapQueryRaw(/** @type {Queryable} */ (/** @type {unknown} */ (transaction)));
    return transaction;
  };
}

/** @param {Queryable} queryable */
function wrapQueryRaw(queryable) {
  const { performIO, queryRaw } = queryable;
  queryable.queryRaw = async (query) => {
    /** @type {number[]} */
    const characters = [];
    const reader = Object.create(queryable, {
      performIO: {
        /** @param {unknown} request */
        value: async (request) => {
          const result = await performIO.call(queryable, request);
          result.fields.forEach((field, index) => {
            if (field.dataTypeID !== INTERNAL_CHAR) return;
            characters.push(index);
            field.dataTypeID = BLANK_PADDED_CHARACTER;
          });
          return result;
        },
      },
    });
    const table = await queryRaw.call(reader, query);
    for (const index of characters) table.columnTypes[index] = CHARACTER_COLUMN;
    return table;
  };
}
