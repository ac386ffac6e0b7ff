// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.mjs";
import { LogFile } from "./log-file.mjs";

test("a full log file makes room, and only the last few are kept", () => {
  const path = join(temporaryFolder(), "logs", "web.log");
  const log = new LogFile(path, { maxBytes: 20, keptFiles: 2 });
  for (let number = 1; number <= 9; number += 1) log.write(`line ${number} abc`);
  log.close();
  expect(readFileSync(path, "utf8")).toBe("line 9 abc\n");
  expect(readFileSync(`${path}.1`, "utf8")).toBe("line 8 abc\n");
  expect(readFileSync(`${path}.2`, "utf8")).toBe("line 7 abc\n");
  expect(existsSync(`${path}.3`)).toBe(false);
});

test("a log file goes on where the last start ended", () => {
  const path = join(temporaryFolder(), "web.log");
  for (const line of ["one", "two"]) {
    const log = new LogFile(path);
    log.write(line);
    log.close();
  }
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
});
