import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makePerson, makeStudy } from "@/lib/studies/testing/people";
import { archiveBackend, createBackend, listBackends } from "../backends";
import { runnerRelease } from "../runner-release";
import { type RayStandIn, startRayStandIn } from "../testing/ray-stand-in";
import { addCheck, backendToken, makeBackend, makeRun, runOf, testClock } from "../testing/runs";
import { advanceCheck } from "./advance-check";
import { testBackend } from "./test-backend";

useTestDatabase();

let administrator: Actor;
let researcher: StudyActor;
let ray: RayStandIn;
let here: string;

beforeAll(async () => {
  administrator = await makePerson("Administrator", { administrator: true });
  researcher = await makeMember(await makeStudy(), "researcher");
  here = await runnerRelease();
});
beforeEach(async () => {
  await ray?.close();
  ray = await startRayStandIn(backendToken);
});
afterAll(() => ray.close());

const add = (address = ray.address, token = backendToken) =>
  createBackend(administrator, { name: "Cluster", address, token });

async function checkOf(backendId: string) {
  const check = (await listBackends()).find(({ id }) => id === backendId)?.check;
  if (!check) throw new Error("nobody has looked");
  return check;
}

/** Looks at a backend until it waits for the probes, or is done. */
async function begin(address?: string, token?: string) {
  const { id } = await add(address, token);
  const { id: checkId } = await testBackend(administrator, id);
  await advanceCheck(checkId, new Date());
  return { id, checkId };
}

type Told = { release?: string; broken?: object; device?: string; read?: boolean; written?: boolean };

/** What the runner on node `number` would print, and write into the store that it sees. */
async function answer(checkId: string, number: number, told: Told = {}, reachesStudio = true) {
  const line = JSON.stringify({
    ok: true,
    release: told.release ?? here,
    broken: told.broken ?? {},
    hardware: { device: told.device ?? "cpu" },
    gpus: told.device === "cuda" ? [{ name: "NVIDIA H200", memoryBytes: 150e9 }] : [],
    store: { read: told.read ?? true, written: told.written ?? true, freeBytes: 5e12, detail: "as the node says" },
  });
  await end(checkId, number, `Running entrypoint for job: exec python …\n${line}\n`);
  if (!reachesStudio) return;
  const { mark } = await database().backendCheck.findUniqueOrThrow({ where: { id: checkId } });
  await writeWhole(pathOf(`store:probes/${checkId}/${number}`), `${mark} ${number}`);
}

async function end(checkId: string, number: number, log: string, exitCode = 0) {
  const job = ray.jobs.get(`definemed-probe-${checkId}-${number}`);
  if (!job) throw new Error("no probe was submitted");
  Object.assign(job, { status: exitCode ? "FAILED" : "SUCCEEDED", message: log, driver_exit_code: exitCode });
}

const gpuNode = {
  state: "ALIVE",
  node_ip: "10.0.0.2",
  resources_total: { CPU: 64, GPU: 8, memory: 1e12, "accelerator_type:H200": 1, "node:10.0.0.2": 1 },
};
const head = { state: "ALIVE", node_ip: "10.0.0.9", resources_total: { memory: 1e9, "node:10.0.0.9": 1 } };

describe("testing the connection", () => {
  it("probes every node that can carry out jobs, waits for no GPU, and keeps what was found", async () => {
    ray.mode.nodes = [head, ...ray.mode.nodes, gpuNode];
    const { id, checkId } = await begin();
    expect(ray.submissions.map((each) => each.entrypoint)).toEqual([
      `exec python -m definemed_runner doctor --probe ${checkId}/0`,
      `exec python -m definemed_runner doctor --probe ${checkId}/1`,
    ]);
    expect(ray.submissions.map((each) => each.entrypoint_resources)).toEqual([
      { "node:10.0.0.1": 0.001 },
      { "node:10.0.0.2": 0.001 },
    ]);
    expect(ray.submissions[1]?.entrypoint_num_gpus).toBeUndefined();
    await answer(checkId, 0);
    await answer(checkId, 1, { device: "cuda" });
    expect(await advanceCheck(checkId, new Date())).toBeNull();
    expect(await checkOf(id)).toMatchObject({
      outcome: "ready",
      version: "2.60.0",
      release: here,
      nodes: [
        { name: "10.0.0.1", outcome: "ready", release: here, storeFreeBytes: 5e12, devices: [] },
        { name: "10.0.0.2", outcome: "ready", gpus: 8, devices: [{ name: "NVIDIA H200", memoryBytes: 150e9 }] },
      ],
    });
    expect(existsSync(pathOf(`store:probes/${checkId}`))).toBe(false);
    expect(await database().auditEntry.count({ where: { subjectId: id, action: "backends.test" } })).toBe(1);
  });

  it.each<[string, Told, boolean, string]>([
    ["another runner", { release: "0.0.9+000000000000" }, true, "runner_differs"],
    ["packages that don't load", { broken: { torch: "ImportError: libcudart.so.12" } }, true, "packages_broken"],
    ["no artifact store", { read: false, written: false }, false, "store_unseen"],
    ["a store that it can't write", { written: false }, false, "store_unwritable"],
    ["a folder of the same name that is not the studio's", {}, false, "store_unseen"],
    ["GPUs that PyTorch can't use", { device: "cpu" }, true, "gpus_unusable"],
  ])("tells of a node with %s", async (_, told, reachesStudio, outcome) => {
    ray.mode.nodes = [gpuNode];
    const { id, checkId } = await begin();
    await answer(checkId, 0, { device: "cuda", ...told }, reachesStudio);
    await advanceCheck(checkId, new Date());
    expect(await checkOf(id)).toMatchObject({ outcome, nodes: [{ outcome }] });
  });

  it.each([
    ["no runner", "/usr/bin/python: No module named definemed_runner", 1, "runner_missing"],
    ["no Python", "/bin/sh: 1: exec: python: not found", 127, "runner_missing"],
    ["a runner from before", "definemed_runner: error: unrecognized arguments: --probe x/0", 2, "runner_differs"],
    ["a process that was killed", "Killed", 137, "probe_failed"],
    ["an answer that is none", '{"release": 3}', 0, "probe_failed"],
  ])("tells of a node with %s, in the node's own words", async (_, log, exitCode, outcome) => {
    const { id, checkId } = await begin();
    await end(checkId, 0, log, exitCode);
    await advanceCheck(checkId, new Date());
    expect(await checkOf(id)).toMatchObject({ outcome, nodes: [{ outcome, detail: log }] });
  });

  it("names one broken node among many, and gives up on one that never answers", async () => {
    ray.mode.nodes = [...ray.mode.nodes, gpuNode];
    const { id, checkId } = await begin();
    await answer(checkId, 0);
    expect(await advanceCheck(checkId, new Date())).toBeGreaterThan(0);
    expect((await checkOf(id)).nodes.map(({ outcome }) => outcome)).toEqual(["ready", null]);
    await advanceCheck(checkId, new Date(Date.now() + 3_600_000));
    expect(await checkOf(id)).toMatchObject({ outcome: "node_unprobed", nodes: [{}, { outcome: "node_unprobed" }] });
    expect(ray.stopped).toEqual([`definemed-probe-${checkId}-1`]);
  });

  it("tells what is wrong before anything is submitted", async () => {
    const outcomeOf = async (address?: string, token?: string) =>
      (await checkOf((await begin(address, token)).id)).outcome;
    expect(await outcomeOf(ray.address, "another token")).toBe("backend_token_refused");
    expect(await outcomeOf("http://127.0.0.1:1")).toBe("backend_unreachable");
    ray.mode.version = "2.53.0";
    expect(await outcomeOf()).toBe("backend_too_old");
    Object.assign(ray.mode, { version: "2.60.0", open: true });
    expect(await outcomeOf()).toBe("backend_open");
    expect(ray.submissions).toHaveLength(0);
  });

  it("waits a while for the first node of a Ray that has just started, and says where none comes", async () => {
    const nodes = ray.mode.nodes;
    ray.mode.nodes = [];
    const { id, checkId } = await begin();
    expect(await checkOf(id)).toMatchObject({ outcome: null, nodes: [] });
    ray.mode.nodes = nodes;
    await advanceCheck(checkId, new Date());
    await answer(checkId, 0);
    await advanceCheck(checkId, new Date());
    expect(await checkOf(id)).toMatchObject({ outcome: "ready" });

    ray.mode.nodes = [head];
    const without = await begin();
    await advanceCheck(without.checkId, new Date(Date.now() + 120_000));
    expect(await checkOf(without.id)).toMatchObject({ outcome: "resources_too_few" });
  });

  it("tells that no Ray answers where a web page does, or a proxy's error", async () => {
    let status = 200;
    const server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end("<html>Welcome</html>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    for (status of [200, 404, 500, 502]) {
      expect((await checkOf((await begin(`http://127.0.0.1:${port}`)).id)).outcome).toBe("backend_unreachable");
    }
    await new Promise((resolve) => server.close(resolve));
  });

  it("looks once though two ask at once", async () => {
    const { id } = await add();
    const [one, other] = await Promise.all([testBackend(administrator, id), testBackend(administrator, id)]);
    expect(one.id).toBe(other.id);
    await Promise.all([advanceCheck(one.id, new Date()), advanceCheck(one.id, new Date())]);
    expect(ray.submissions).toHaveLength(1);
  });

  it("keeps the newest looks only", async () => {
    const { id } = await add("http://127.0.0.1:1");
    for (let count = 0; count < 23; count++) {
      await advanceCheck((await testBackend(administrator, id)).id, new Date());
    }
    const newest = await testBackend(administrator, id);
    expect(await database().backendCheck.count({ where: { backendId: id } })).toBe(21);
    expect((await checkOf(id)).id).toBe(newest.id);
  });

  it("is refused for a backend that is out of use", async () => {
    const { id } = await add();
    await archiveBackend(administrator, id);
    await expect(testBackend(administrator, id)).rejects.toMatchObject({ status: 404 });
  });
});

describe("a run on a backend that nobody has looked at", () => {
  it("is submitted only once its runner is known to be the studio's", async () => {
    const { id } = await add();
    const runId = await makeRun(researcher, id);
    const clock = testClock();
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ waitingCode: "backend_checking" }]);
    const { id: checkId } = await checkOf(id);
    await advanceCheck(checkId, new Date());
    await answer(checkId, 0, { release: "0.0.9+000000000000" });
    await advanceCheck(checkId, new Date());
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "submitting", waitingCode: "runner_differs" }]);
    expect(ray.submissions).toHaveLength(1);

    // The cluster is mended: the next look, which the waiting run asks for, finds that.
    clock.pass(120);
    await clock.advance(runId);
    const again = await checkOf(id);
    expect(again.id).not.toBe(checkId);
    await advanceCheck(again.id, new Date());
    await answer(again.id, 0);
    await advanceCheck(again.id, new Date());
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "pending", waitingCode: null }]);
    expect(ray.submissions.at(-1)?.runtime_env).toMatchObject({ env_vars: { DEFINEMED_RUNNER_RELEASE: here } });
  });

  it("is looked at anew where the studio's own runner has changed since", async () => {
    const id = await makeBackend(ray.address);
    await database().backendCheck.deleteMany({ where: { backendId: id } });
    await addCheck(id, "ready", { release: "0.0.9+000000000000" });
    const runId = await makeRun(researcher, id);
    await testClock().advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ waitingCode: "backend_checking" }]);
  });
});

const python = process.env.STUDIO_TEST_PYTHON ?? "";

describe.skipIf(!existsSync(python))("the release (skipped where STUDIO_TEST_PYTHON names no Python)", () => {
  it("is the same by the studio and by the runner", () => {
    const program = "from definemed_runner.run.release import release; print(release())";
    const told = execFileSync(python, ["-c", program], {
      env: { ...process.env, PYTHONPATH: path.join(process.cwd(), "runner", "src") },
      encoding: "utf8",
    });
    expect(told.trim()).toBe(here);
  });
});
