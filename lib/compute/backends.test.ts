import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { makePerson } from "@/lib/studies/testing/people";
import { archiveBackend, createBackend, listBackends } from "./backends";
import { isRecentEnough } from "./ray/cluster";
import { newBackendSchema } from "./schema";
import { testBackend } from "./test-backend";
import { type RayStandIn, startRayStandIn } from "./testing/ray-stand-in";

useTestDatabase();

let administrator: Actor;
let ray: RayStandIn;
const token = "a token of a cluster";

beforeAll(async () => {
  administrator = await makePerson("Administrator", { administrator: true });
  ray = await startRayStandIn(token);
});
afterAll(() => ray.close());

describe("a backend", () => {
  it("keeps its token encrypted and never tells it", async () => {
    const { id } = await createBackend(administrator, { name: "Cluster", address: `${ray.address}/`, token });
    const row = await database().backend.findUniqueOrThrow({ where: { id } });
    expect(row.address).toBe(ray.address);
    expect(row.tokenCiphertext).not.toContain(token);
    const listed = (await listBackends()).find((backend) => backend.id === id);
    expect(listed).toEqual({ id, name: "Cluster", local: false, address: ray.address, hasToken: true, liveRuns: 0 });
    const [entry] = await database().auditEntry.findMany({ where: { subjectId: id } });
    expect(JSON.stringify(entry?.detail)).not.toContain(token);
  });

  it.each([
    ["elsewhere", "https://ray.example.org", "address_not_allowed"],
    ["of the cloud's metadata", "http://169.254.169.254", "address_not_allowed"],
    ["of a file", "file:///etc/passwd", "address_invalid"],
    ["with a password in it", "http://a:b@127.0.0.1:8265", "address_invalid"],
  ])("with an address %s is refused", async (_, address, code) => {
    await expect(createBackend(administrator, { name: "X", address, token })).rejects.toMatchObject({ code });
  });

  it("without a token is refused", () => {
    expect(newBackendSchema.safeParse({ name: "X", address: ray.address, token: "" }).success).toBe(false);
    expect(newBackendSchema.safeParse({ name: "X", address: ray.address }).success).toBe(false);
  });

  it("taken out of use is gone from the list, once", async () => {
    const { id } = await createBackend(administrator, { name: "Old", address: ray.address, token });
    await archiveBackend(administrator, id);
    expect((await listBackends()).map((backend) => backend.id)).not.toContain(id);
    await expect(archiveBackend(administrator, id)).rejects.toMatchObject({ status: 404 });
  });
});

describe("testing the connection", () => {
  const outcomeOf = async (address: string, given = token) => {
    const { id } = await createBackend(administrator, { name: "X", address, token: given });
    return testBackend(id);
  };

  it("tells version and resources", async () => {
    expect(await outcomeOf(ray.address)).toEqual({
      outcome: "ready",
      version: "2.60.0",
      nodes: 1,
      cpus: 2,
      gpus: 0,
      memoryBytes: 1e9,
    });
  });

  it("tells what is wrong", async () => {
    expect((await outcomeOf(ray.address, "another token")).outcome).toBe("backend_token_refused");
    expect((await outcomeOf("http://127.0.0.1:1")).outcome).toBe("backend_unreachable");
    ray.mode.version = "2.53.0";
    expect((await outcomeOf(ray.address)).outcome).toBe("backend_too_old");
    ray.mode.version = "2.60.0";
    ray.mode.open = true;
    expect((await outcomeOf(ray.address)).outcome).toBe("backend_open");
  });

  it("tells that no Ray answers where a web page does, or a proxy's error", async () => {
    let status = 200;
    const server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end("<html>Welcome</html>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    for (status of [200, 404, 500, 502]) {
      expect((await outcomeOf(`http://127.0.0.1:${port}`)).outcome).toBe("backend_unreachable");
    }
    await new Promise((resolve) => server.close(resolve));
  });

  it("compares versions as numbers", () => {
    expect(["2.9.3", "2.53.9", "1.99.0"].map(isRecentEnough)).toEqual([false, false, false]);
    expect(["2.54.0", "2.60.1", "3.0.0", "2.100"].map(isRecentEnough)).toEqual([true, true, true, true]);
  });
});
