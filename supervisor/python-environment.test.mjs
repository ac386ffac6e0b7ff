// @ts-check
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive } from "./processes/identity.mjs";
import { findPython } from "./python/find-python.mjs";
import { withLock } from "./python/folder-lock.mjs";
import { runCommand } from "./python/run-command.mjs";
import { studioCacheFolder } from "./python/studio-cache.mjs";
import { ProgressLine } from "./python/terminal-progress.mjs";
import { UvProgress, uvEnvironment } from "./python/uv.mjs";
import { environmentName, runnerEnvironment } from "./python-environment.mjs";
import { Refusal } from "./refusal.mjs";

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "python-environment-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the place of an environment", () => {
  test("is the user's cache unless STUDIO_CACHE says otherwise", () => {
    expect(studioCacheFolder({ STUDIO_CACHE: "/big/disk", XDG_CACHE_HOME: "/x" })).toBe("/big/disk");
    expect(studioCacheFolder({ XDG_CACHE_HOME: "/x" })).toBe(join("/x", "definemed-studio"));
    expect(studioCacheFolder({})).toMatch(/\.cache.definemed-studio$/);
  });

  test("changes with the requirements and with the version of Python", () => {
    const name = environmentName("torch==2.15.0", "3.11");
    expect(name).toMatch(/^python-[0-9a-f]{16}$/);
    expect(environmentName("torch==2.15.0", "3.11")).toBe(name);
    expect(environmentName("torch==2.15.1", "3.11")).not.toBe(name);
    expect(environmentName("torch==2.15.0", "3.12")).not.toBe(name);
  });

  test("comes with the runner of this clone on Python's path", () => {
    expect(runnerEnvironment({ PYTHONPATH: "/other" }).PYTHONPATH).toMatch(/runner.src:\/other$/);
    expect(runnerEnvironment({}).PYTHONPATH).toMatch(/runner.src$/);
  });
});

describe("finding Python", () => {
  /** @param {string} name @param {object | undefined} answer undefined: the command is there and fails */
  function fakePython(name, answer) {
    const path = join(folder, name);
    writeFileSync(path, answer ? `#!/bin/sh\necho '${JSON.stringify(answer)}'\n` : "#!/bin/sh\nexit 127\n");
    chmodSync(path, 0o755);
    return path;
  }

  test("takes the first that fits, passing over missing, broken and older ones", async () => {
    const commands = [
      join(folder, "missing"),
      fakePython("broken", undefined),
      fakePython("old", { path: "/old", version: [3, 9], venv: true }),
      fakePython("new", { path: "/new", version: [3, 14], venv: true }),
      fakePython("fitting", { path: "/fitting", version: [3, 12], venv: true }),
    ];
    expect(await findPython({ commands })).toMatchObject({ path: "/fitting", version: "3.12" });
  });

  test("prefers a later one that can make environments, and names the package where none can", async () => {
    const bare = fakePython("bare", { path: "/bare", version: [3, 11], venv: false });
    const whole = fakePython("whole", { path: "/whole", version: [3, 13], venv: true });
    expect(await findPython({ commands: [bare, whole] })).toMatchObject({ path: "/whole" });
    await expect(findPython({ commands: [bare] })).rejects.toThrow(/python3\.11-venv/);
  });

  test("says what to install where there is none", async () => {
    await expect(findPython({ commands: [join(folder, "missing")] })).rejects.toThrow(Refusal);
  });
});

describe("the lock", () => {
  test("lets one work at a time", async () => {
    const path = join(folder, "lock");
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await delay(50);
      inside -= 1;
    };
    let waited = 0;
    const onWait = () => {
      waited += 1;
    };
    await Promise.all([withLock(path, work, { onWait }), withLock(path, work, { onWait })]);
    expect(most).toBe(1);
    expect(waited).toBeGreaterThan(0);
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ["of a process that is gone", () => JSON.stringify({ processId: spawnSync("true").pid, startStamp: "earlier" })],
    [
      "of a process id that another process got meanwhile",
      () => JSON.stringify({ processId: process.pid, startStamp: "earlier" }),
    ],
    ["that was only half written", () => '{"proc'],
  ])("%s is taken over", async (_case, content) => {
    const path = join(folder, "lock");
    writeFileSync(path, content());
    expect(await withLock(path, async () => "done")).toBe("done");
  });

  test("is released when the work fails, and can be given up while waiting", async () => {
    const path = join(folder, "lock");
    await expect(withLock(path, () => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
    expect(existsSync(path)).toBe(false);

    const abort = new AbortController();
    await withLock(path, async () => {
      const waiting = withLock(path, async () => "never", { signal: abort.signal, onWait: () => abort.abort() });
      await expect(waiting).rejects.toThrow();
    });
  });
});

describe("running a command", () => {
  test("gives its lines and its exit code", async () => {
    /** @type {string[]} */
    const seen = [];
    const result = await runCommand("sh", ["-c", "echo one; echo two >&2; exit 3"], {
      onLine: (line) => seen.push(line),
    });
    expect(result.code).toBe(3);
    expect(seen.sort()).toEqual(["one", "two"]);
  });

  test("a command that does not exist is no exception", async () => {
    expect((await runCommand(join(folder, "missing"), [])).code).toBeNull();
  });

  test("an abort ends the children too", async () => {
    const abort = new AbortController();
    const file = join(folder, "child");
    const running = runCommand("sh", ["-c", `sleep 600 & echo $! > ${file}; echo started; wait`], {
      signal: abort.signal,
      onLine: () => abort.abort(new Refusal("Stopped.")),
    });
    await expect(running).rejects.toThrow("Stopped.");
    expect(isAlive(Number(readFileSync(file, "utf8")))).toBe(false);
  });
});

describe("uv", () => {
  test("is told of the mirror that pip uses, and its own variables win", () => {
    const pip = ["global.index-url='https://mirror.example/simple'", "global.cert='/ca.pem'", "global.timeout='60'"];
    expect(uvEnvironment(pip, "/cache", {})).toMatchObject({
      UV_DEFAULT_INDEX: "https://mirror.example/simple",
      SSL_CERT_FILE: "/ca.pem",
      UV_CACHE_DIR: join("/cache", "uv"),
    });
    const own = { UV_DEFAULT_INDEX: "https://own.example/simple", UV_CACHE_DIR: "/elsewhere" };
    expect(uvEnvironment(pip, "/cache", own)).toMatchObject(own);
    expect(uvEnvironment([], "/cache", {})).not.toHaveProperty("UV_DEFAULT_INDEX");
  });

  test("takes pip's variables before pip's files", () => {
    const pip = [":env:.index-url='https://variable.example'", "global.index-url='https://file.example'"];
    expect(uvEnvironment(pip, "/cache", {}).UV_DEFAULT_INDEX).toBe("https://variable.example");
  });

  test("names the largest package that is still on its way", () => {
    const progress = new UvProgress();
    for (const line of ["Resolved 3 packages in 734ms", "Downloading torch (1.1GiB)", "Downloading ray (70.0MiB)"])
      progress.read(line);
    expect(progress).toMatchObject({ phase: "downloading", detail: "torch (1.1GiB)" });
    progress.read(" Downloaded torch");
    expect(progress.detail).toBe("ray (70.0MiB)");
    progress.read(" Downloaded ray");
    progress.read("Prepared 3 packages in 1.35s");
    expect(progress).toMatchObject({ phase: "installing", detail: undefined });
  });
});

describe("progress in a terminal", () => {
  test("is one line that is rewritten, and in a file a line for each step and tenth", () => {
    /** @type {string[]} */
    const written = [];
    const write = (/** @type {string} */ text) => written.push(text);
    const events = [0.01, 0.02, 0.13, 0.14, 0.21].map((fraction) => ({ fraction, messageKey: "python.downloading" }));

    const file = new ProgressLine({ write });
    for (const event of events) file.show(event);
    expect(written.map((line) => line.match(/\d+ %/)?.[0])).toEqual([undefined, "10 %", "20 %"]);

    written.length = 0;
    const terminal = new ProgressLine({ isTTY: true, columns: 40, write });
    for (const event of events) terminal.show(event);
    terminal.end();
    expect(written).toHaveLength(events.length + 1);
    expect(written.slice(0, -1).every((line) => line.startsWith("\r") && !line.includes("\n"))).toBe(true);
  });
});
