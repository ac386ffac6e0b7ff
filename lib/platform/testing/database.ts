import { afterAll, beforeAll } from "vitest";
import { createTestDatabase } from "@/supervisor/testing/database.mjs";
import { closeDatabase } from "../database/client";

/** A migrated, empty PostgreSQL database for this test file. Call at the top, before anything reads the environment. */
export function useTestDatabase(): void {
  let drop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const created = await createTestDatabase();
    process.env.DATABASE_URL = created.url;
    drop = created.drop;
  });
  afterAll(async () => {
    await closeDatabase();
    await drop?.();
  });
}
