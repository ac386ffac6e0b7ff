// @ts-check
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isAlive, markedProcesses, startStamp } from "../processes/identity.mjs";
import { eventually } from "../testing/eventually.mjs";
import { temporaryFolder } from "../testing/temporary-folder.mjs";

const program = fileURLToPath(new URL("../testing/programs/small-supervisor.mjs", import.meta.url));

/** @param {string} folder */
async function startSupervisor(folder) {
  const child = spawn(process.execPath, [program, folder], {
    stdio: ["ignore", "pipe", "pipe"],
    env: plainEnvironment(),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = new Promise((resolve) => child.once("close", resolve));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  await new Promise((resolve) => {
    readline.createInterface({ input: child.stdout }).on("line", (line) => line === "all ready" && resolve(undefined));
    child.once("close", resolve);
  });
  const stray = Number(/stray (\d+)/.exec(output)?.[1]);
  return { child, exit, stray, output: () => output };
}

function plainEnvironment() {
  const { npm_lifecycle_event: _, ...environment } = process.env;
  return environment;
}

/** @param {string} folder */
function markOf(folder) {
  return JSON.parse(readFileSync(join(folder, "secrets.json"), "utf8")).processMark;
}

/** @param {string} folder */
function recorded(folder) {
  return JSON.parse(readFileSync(join(folder, "processes.json"), "utf8"));
}

test("SIGTERM ends every process in order, also one that left its process group", async () => {
  const folder = temporaryFolder();
  const supervisor = await startSupervisor(folder);
  expect(isAlive(supervisor.stray)).toBe(true);
  supervisor.child.kill("SIGTERM");
  expect(await supervisor.exit).toBe(0);
  expect(readFileSync(join(folder, "ended"), "utf8")).toBe("first\nlast\n");
  expect(isAlive(supervisor.stray)).toBe(false);
  expect(recorded(folder)).toEqual([]);
  await eventually(() => markedProcesses(markOf(folder))).toEqual([]);
});

test("a second signal ends everything at once", async () => {
  const folder = temporaryFolder();
  const supervisor = await startSupervisor(folder);
  // A process that does not listen would hold up an orderly end.
  for (const { processId } of recorded(folder)) process.kill(processId, "SIGSTOP");
  supervisor.child.kill("SIGINT");
  await eventually(supervisor.output).toContain("once more: at once");
  supervisor.child.kill("SIGINT");
  expect(await supervisor.exit).toBe(1);
  await eventually(() => markedProcesses(markOf(folder))).toEqual([]);
});

test("kill -9 of the supervisor leaves no process, and the next start works", async () => {
  const folder = temporaryFolder();
  const supervisor = await startSupervisor(folder);
  supervisor.child.kill("SIGKILL");
  await supervisor.exit;
  await eventually(() => markedProcesses(markOf(folder))).toEqual([]);
  expect(readFileSync(join(folder, "ended"), "utf8")).toBe("first\nlast\n");

  const next = await startSupervisor(folder);
  expect(next.output()).toContain("all ready");
  next.child.kill("SIGTERM");
  expect(await next.exit).toBe(0);
});

test("what survived supervisor and guard is ended by the next start, which says so", async () => {
  const folder = temporaryFolder();
  const supervisor = await startSupervisor(folder);
  const [guard] = markedProcesses(`${markOf(folder)}/guard`);
  process.kill(Number(guard), "SIGKILL");
  supervisor.child.kill("SIGKILL");
  await supervisor.exit;
  expect(isAlive(supervisor.stray)).toBe(true);

  const next = await startSupervisor(folder);
  expect(next.output()).toContain("processes of an earlier start that was killed have been ended");
  expect(isAlive(supervisor.stray)).toBe(false);
  next.child.kill("SIGTERM");
  await next.exit;
});

test("a process that merely has the id of a recorded one is left alone", async () => {
  const folder = temporaryFolder();
  const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void stranger.kill("SIGKILL"));
  const entry = { name: "web", endOrder: 10, endSignal: "SIGTERM", graceMs: 100, processId: stranger.pid };
  writeFileSync(join(folder, "processes.json"), JSON.stringify([{ ...entry, startStamp: "another boot 1234" }]));

  const supervisor = await startSupervisor(folder);
  expect(supervisor.output()).toContain("all ready");
  expect(isAlive(Number(stranger.pid))).toBe(true);
  supervisor.child.kill("SIGTERM");
  await supervisor.exit;
  expect(isAlive(Number(stranger.pid))).toBe(true);
});

test("a second supervisor of the same folder is refused with a sentence", async () => {
  const folder = temporaryFolder();
  const first = await startSupervisor(folder);
  const second = await startSupervisor(folder);
  expect(await second.exit).toBe(1);
  expect(second.output()).toContain(`already runs (process ${first.child.pid})`);
  expect(startStamp(Number(first.child.pid))).toBeDefined();
  first.child.kill("SIGTERM");
  expect(await first.exit).toBe(0);
});
