// @ts-check
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anyFreePort } from "../ports.mjs";
import { ProcessTable } from "../processes/process-table.mjs";
import { startPostgres } from "./server.mjs";

/**
 * A PostgreSQL for tests and benchmarks: in a folder of its own, quick rather than crash-safe, gone afterwards, also when
 * this process is killed.
 * @param {{ lasting?: boolean }} [options] lasting: with the settings of real use, for measurements
 * @returns {Promise<{ url: string, processId: number | undefined, stop: () => Promise<void> }>}
 */
export async function startTemporaryPostgres({ lasting = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "studio-postgres-"));
  chmodSync(folder, 0o755); // its user may be another than ours
  const table = new ProcessTable(folder, randomBytes(16).toString("hex"));
  const stop = async () => {
    await table.endAll();
    table.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const server = await startPostgres({
      folder: join(folder, "data"),
      password: randomBytes(12).toString("hex"),
      choosePort: anyFreePort,
      lasting,
      surroundings: { table, onLine: () => {}, onNotice: () => {} },
    });
    return {
      url: server.url,
      processId: server.process.processId,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
