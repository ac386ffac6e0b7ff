// @ts-check
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.mjs";
import { isAlive } from "./identity.mjs";
import { ProcessTable } from "./process-table.mjs";
import { SupervisedProcess } from "./supervised-process.mjs";

/** @param {Partial<import("./supervised-process.mjs").ProcessDescription>} description */
function supervise(description) {
  const table = new ProcessTable(temporaryFolder(), randomBytes(8).toString("hex"));
  /** @type {string[]} */
  const notices = [];
  onTestFinished(async () => {
    await table.killAll();
    table.close();
  });
  const supervised = new SupervisedProcess(
    { name: "example", command: process.execPath, endOrder: 10, ...description },
    { table, onLine: () => {}, onNotice: (_name, sentence) => notices.push(sentence) },
  );
  return { supervised, notices };
}

const WAITING = "setInterval(() => {}, 1000);";

test("a start that fails shows what the process said", async () => {
  const { supervised } = supervise({
    args: ["-e", "console.error('no such table'); process.exit(3)"],
    readyLine: /never/,
  });
  await expect(supervised.start()).rejects.toThrow(/example did not start:\n {4}no such table/);
});

test("a command that does not exist is a failed start", async () => {
  const { supervised } = supervise({ command: "/no/such/program" });
  await expect(supervised.start()).rejects.toThrow(/example did not start:\n.*ENOENT/);
});

test("a process that never becomes ready is ended", async () => {
  const { supervised } = supervise({ args: ["-e", WAITING], readyLine: /never/, readyTimeoutMs: 300 });
  await expect(supervised.start()).rejects.toThrow(/was not ready after/);
  expect(isAlive(Number(supervised.processId))).toBe(false);
});

test("a process that dies is started again, and given up after the agreed number of times", async () => {
  const script = `console.log('ready'); ${WAITING}`;
  const { supervised, notices } = supervise({ args: ["-e", script], readyLine: /ready/, maxRestarts: 1 });
  const restarted = new Promise((resolve) => {
    supervised.onRestarted = () => resolve(undefined);
  });
  const givenUp = new Promise((resolve) => {
    supervised.onGivenUp = resolve;
  });
  await supervised.start();
  const first = Number(supervised.processId);
  process.kill(first, "SIGKILL");
  await restarted;
  expect(supervised.processId).not.toBe(first);
  process.kill(Number(supervised.processId), "SIGKILL");
  expect(await givenUp).toMatchObject({ message: expect.stringContaining("ended with signal SIGKILL") });
  expect(notices).toHaveLength(1);
});

test("a process that ignores the request to end is ended all the same", async () => {
  const script = `process.on('SIGTERM', () => {}); console.log('ready'); ${WAITING}`;
  const { supervised } = supervise({ args: ["-e", script], readyLine: /ready/, graceMs: 200 });
  await supervised.start();
  await supervised.end();
  expect(isAlive(Number(supervised.processId))).toBe(false);
});
