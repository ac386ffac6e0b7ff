import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import type { RayNode } from "../ray/cluster";
import { presets } from "../specs/index";
import { type RayStandIn, startRayStandIn } from "../testing/ray-stand-in";
import { backendToken, makeBackend, makeRun, metric, runOf, testClock, writeEventFile } from "../testing/runs";
import { jobResources } from "./job-resources";

useTestDatabase();

const worker = (cpus: number, gpus: number): RayNode => ({
  name: "node",
  cpus,
  gpus,
  memoryBytes: 0,
  accelerator: null,
  resource: null,
});
const cluster = (...workers: RayNode[]) => ({
  version: "2.60.0",
  nodes: workers.length,
  cpus: 0,
  memoryBytes: 0,
  gpus: workers.reduce((sum, { gpus }) => sum + gpus, 0),
  workers,
});

describe("what is asked of each of several nodes", () => {
  const asked = (resources: object = {}) => ({
    ...{ seed: 1, inputs: {}, parameters: {} },
    resources: { nodes: 2, processes: 16, threads: 4, ...resources },
  });

  it("is its share of the GPUs and processors", () => {
    expect(jobResources("pretrain", asked(), cluster(worker(64, 8), worker(64, 8)))).toEqual({
      nodes: 2,
      cpus: 32,
      gpus: 8,
    });
  });

  it("is no more processors than all of them have, of those with enough GPUs", () => {
    expect(jobResources("pretrain", asked(), cluster(worker(64, 8), worker(16, 8), worker(128, 0)))).toMatchObject({
      cpus: 16,
    });
  });

  it("is nothing where too few nodes have so many GPUs", () => {
    expect(jobResources("pretrain", asked(), cluster(worker(64, 8), worker(64, 4)))).toBeNull();
    expect(jobResources("pretrain", asked({ nodes: 1 }), cluster(worker(64, 8), worker(64, 8)))).toBeNull();
    expect(jobResources("pretrain", asked(), cluster())).toBeNull();
  });
});

describe("a run on several nodes", () => {
  let ray: RayStandIn;
  let researcher: StudyActor;
  let backendId: string;

  const start = (resources: { nodes?: number; processes: number }) =>
    makeRun(researcher, backendId, {
      kind: "pretrain",
      parameters: presets.pretrain.example,
      resources,
      inputs: { corpus: { address: "store:c", digest: null }, base: { address: "store:b", digest: null } },
    });

  beforeAll(async () => {
    researcher = await makeMember(await makeStudy(), "researcher");
  });

  beforeEach(async () => {
    await ray?.close();
    ray = await startRayStandIn(backendToken);
    backendId = await makeBackend(ray.address);
    ray.mode.nodes = ["10.0.0.1", "10.0.0.2"].map((ip) => ({
      state: "ALIVE",
      node_ip: ip,
      resources_total: { CPU: 64, GPU: 8, memory: 1e9, [`node:${ip}`]: 1 },
    }));
  });

  afterAll(() => ray.close());

  it("asks Ray for nothing itself, and takes all nodes at once by its entrypoint", async () => {
    const runId = await start({ nodes: 2, processes: 16 });
    await testClock().advance(runId);
    expect(ray.submissions[0]).toMatchObject({
      entrypoint: `exec python -m definemed_runner run-on-nodes --run-id ${runId} --attempt 1 --nodes 2 --cpus 32 --gpus 8`,
    });
    expect(ray.submissions[0]).not.toHaveProperty("entrypoint_num_gpus");
    expect(ray.submissions[0]).not.toHaveProperty("entrypoint_num_cpus");
  });

  it("waits for room, also for the queue, until the nodes are all there and it tells of its work", async () => {
    const runId = await start({ nodes: 2, processes: 16 });
    const clock = testClock();
    await clock.advance(runId);
    ray.move("RUNNING");
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({
      state: "queued",
      attempts: [{ state: "pending", waitingCode: "resources" }],
    });
    await writeEventFile({ runId, number: 1 }, 1, [metric(1)]);
    await clock.advance(runId);
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "running", attempts: [{ state: "running", waitingCode: null }] });
  });

  it("is refused where the nodes could not take as many processes each", async () => {
    await expect(start({ nodes: 2, processes: 3 })).rejects.toMatchObject({ code: "processes_uneven" });
  });

  it("is tried again when one of its processes is lost", async () => {
    const runId = await start({ nodes: 2, processes: 16 });
    const clock = testClock();
    await clock.advance(runId);
    ray.move("FAILED", {
      driver_exit_code: 1,
      message: 'Waiting\n{"code": "rank_died", "message": "The process of node 2 (10.0.0.2) is lost."}\n',
    });
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "queued", attempts: [{ failureCode: "rank_died" }] });
  });
});
