// @ts-check
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repositoryRoot } from "./paths.mjs";
import { temporaryFolder } from "./testing/temporary-folder.mjs";

/**
 * Runs a command that refuses before it has started anything.
 * @param {string} file
 * @param {string[]} words
 * @param {Record<string, string>} [environment]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function refusalOf(file, words, environment = {}) {
  return new Promise((resolve) => {
    const { DATABASE_URL: _, ...inherited } = process.env;
    const program = join(repositoryRoot, "supervisor", file);
    const child = spawn(process.execPath, [program, ...words], { env: { ...inherited, ...environment } });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.once("close", (code) => resolve({ code, output }));
  });
}

test("a taken port is refused with a command that works", async () => {
  const other = createServer();
  onTestFinished(() => void other.close());
  const port = await new Promise((resolve) => {
    other.listen(0, "127.0.0.1", () => resolve(/** @type {import("node:net").AddressInfo} */ (other.address()).port));
  });
  const { code, output } = await refusalOf("demo.mjs", ["--port", String(port), "--data", temporaryFolder()]);
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port} is taken by another program`);
  expect(output).toContain(`npm run demo -- --port ${port + 1}`);
  expect(output).not.toContain("    at ");
});

test("unknown options and impossible ports are sentences", async () => {
  const unknown = await refusalOf("demo.mjs", ["--prot", "1"]);
  expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining("Usage: npm run demo") });
  const impossible = await refusalOf("dev.mjs", ["--port", "http"]);
  expect(impossible).toMatchObject({ code: 1, output: expect.stringContaining("'http' is no port") });
});

test("a real installation without a database says what to set", async () => {
  const { code, output } = await refusalOf("start.mjs", []);
  expect(code).toBe(1);
  expect(output).toContain("DATABASE_URL is not set");
  expect((await refusalOf("start.mjs", ["everything"])).output).toContain("'everything' cannot be started");
  expect((await refusalOf("start.mjs", ["web", "--embedded"])).output).toContain("not with 'web' alone");
  expect((await refusalOf("start.mjs", ["administrator"])).output).toContain("administrator EMAIL");
});

test("a suite or benchmark that does not exist is named together with those that do", async () => {
  const suite = await refusalOf("test.mjs", ["units"]);
  expect(suite.code).toBe(1);
  expect(suite.output).toContain("There is no suite 'units'. Suites: lint, types, unit");
  expect(suite.output.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
  const benchmark = await refusalOf("bench.mjs", ["nothing-like-this"]);
  expect(benchmark).toMatchObject({ code: 1, output: expect.stringContaining("There is no benchmark") });
});
