// @ts-check
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { ProcessTable } from "../processes/process-table.mjs";
import { eventually } from "../testing/eventually.mjs";
import { temporaryFolder } from "../testing/temporary-folder.mjs";
import { startControlServer } from "./control-server.mjs";
import { Part } from "./part.mjs";
import { ServicePart } from "./service-part.mjs";

const SERVICE = "console.log('ready'); setInterval(() => {}, 1000);";

/** An installation that a test finishes by hand. */
class Installation extends Part {
  /** @type {{ resolve: () => void, reject: (error: Error) => void }[]} */
  tries = [];

  /** @override */
  bringUp() {
    return /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => this.tries.push({ resolve: () => resolve(), reject }))
    );
  }
}

/** @param {{ idleMs?: number, script?: string }} [options] */
async function studioParts({ idleMs = 60_000, script = SERVICE } = {}) {
  const table = new ProcessTable(temporaryFolder(), randomBytes(8).toString("hex"));
  const python = new Installation("python", [], "installing");
  const ray = new ServicePart("ray", {
    needs: [python],
    idleMs,
    surroundings: { table, onLine: () => {}, onNotice: () => {} },
    prepare: async () => ({
      address: "http://127.0.0.1:1",
      token: "ray's token",
      description: {
        name: "ray",
        command: process.execPath,
        args: ["-e", script],
        endOrder: 10,
        readyLine: /ready/,
        maxRestarts: 1,
      },
    }),
  });
  const control = await startControlServer(new Map([python, ray].map((part) => [part.name, part])));
  onTestFinished(async () => {
    control.close();
    await table.killAll();
    table.close();
  });
  /** @param {string} method @param {string} path @param {string} [token] */
  const ask = async (method, path, token = control.token) => {
    const response = await fetch(`${control.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.json() };
  };
  const stateOf = async (/** @type {string} */ name) => (await ask("GET", `/parts/${name}`)).body.state;
  /** @type {string[]} */
  const history = [];
  ray.onChange = (part) => history.push(part.state);
  return { python, ray, ask, stateOf, history: () => history.join(" ") };
}

test("a service waits for what it needs, shows its progress, then starts and says where it is", async () => {
  const { python, ask, stateOf } = await studioParts();
  expect((await ask("GET", "/parts")).body.parts).toMatchObject([
    { state: "absent" },
    { state: "absent", address: null },
  ]);

  expect(await ask("POST", "/parts/ray")).toMatchObject({ status: 202, body: { state: "installing" } });
  python.show({ fraction: 0.25, messageKey: "python.downloading", detail: "torch" });
  expect((await ask("GET", "/parts/ray")).body).toMatchObject({
    progress: 0.25,
    messageKey: "python.downloading",
    token: null,
  });

  python.tries[0]?.resolve();
  await eventually(() => stateOf("ray")).toBe("ready");
  expect(await ask("POST", "/parts/ray")).toMatchObject({
    status: 200,
    body: { address: "http://127.0.0.1:1", token: "ray's token", stopsAt: expect.any(String) },
  });
});

test("asking twice brings a part up once", async () => {
  const { python, ask } = await studioParts();
  await Promise.all([ask("POST", "/parts/ray"), ask("POST", "/parts/ray"), ask("POST", "/parts/python")]);
  await eventually(() => python.tries.length).toBe(1);
});

test("a part that failed says why, and is tried again when asked for", async () => {
  const { python, ask, stateOf } = await studioParts();
  await ask("POST", "/parts/ray");
  await eventually(() => python.tries.length).toBe(1);
  python.tries[0]?.reject(new Error("The disk is full."));
  await eventually(() => stateOf("ray")).toBe("failed");
  expect((await ask("GET", "/parts/ray")).body.error).toBe("The disk is full.");

  await ask("POST", "/parts/ray");
  await eventually(() => python.tries.length).toBe(2);
  python.tries[1]?.resolve();
  await eventually(() => stateOf("ray")).toBe("ready");
  expect((await ask("GET", "/parts/ray")).body.error).toBeNull();
});

test("a service that nobody uses stops, and starts again when it is asked for", async () => {
  const { python, ask, history } = await studioParts({ idleMs: 300 });
  await ask("POST", "/parts/ray");
  await eventually(() => python.tries.length).toBe(1);
  python.tries[0]?.resolve();
  await eventually(history).toBe("installing starting ready stopping absent");
  await ask("POST", "/parts/ray");
  await eventually(history).toContain("absent starting ready");
});

test("a service that dies comes back by itself once, and is then given up", async () => {
  const { python, ray, ask, stateOf, history } = await studioParts();
  await ask("POST", "/parts/ray");
  await eventually(() => python.tries.length).toBe(1);
  python.tries[0]?.resolve();
  await eventually(() => stateOf("ray")).toBe("ready");
  process.kill(Number(ray.processId), "SIGKILL");
  await eventually(history).toBe("installing starting ready starting ready");
  process.kill(Number(ray.processId), "SIGKILL");
  await eventually(() => stateOf("ray")).toBe("failed");
  expect((await ask("GET", "/parts/ray")).body).toMatchObject({
    error: expect.stringContaining("SIGKILL"),
    token: null,
  });
});

test("without the token nothing is told, and nothing is started", async () => {
  const { python, ask } = await studioParts();
  expect(await ask("POST", "/parts/ray", "wrong")).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  expect(await ask("GET", "/parts", "")).toMatchObject({ status: 401 });
  expect(python.tries).toHaveLength(0);
});

test("unknown parts and methods are answered as such", async () => {
  const { ask } = await studioParts();
  expect((await ask("POST", "/parts/kubernetes")).status).toBe(404);
  expect((await ask("DELETE", "/parts/ray")).status).toBe(405);
  expect((await ask("GET", "/parts/ray/use")).status).toBe(405);
});
