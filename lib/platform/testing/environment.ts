import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

// Every test file gets a data folder of its own; the database comes by useTestDatabase().
const folder = mkdtempSync(path.join(tmpdir(), "studio-test-"));
process.env.STUDIO_MODE = "test";
process.env.STUDIO_DATA = folder;
process.env.STUDIO_STORE = `file://${path.join(folder, "artifacts")}`;
// Leads nowhere: for what reads the environment without a database of its own.
process.env.DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none";
process.env.NEXTAUTH_SECRET = "a secret that only tests know, long enough";
process.env.STUDIO_ENCRYPTION_KEY = "0123456789abcdef".repeat(4);
process.env.STUDIO_LOG_LEVEL ??= "silent";

afterAll(() => rmSync(folder, { recursive: true, force: true }));
