import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { makePerson } from "@/lib/studies/testing/people";
import { archiveBackend, createBackend, listBackends } from "./backends";
import { isRecentEnough } from "./ray/cluster";
import { newBackendSchema } from "./schema";
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
    expect(listed).toMatchObject({ name: "Cluster", local: false, address: ray.address, hasToken: true, liveRuns: 0 });
    expect(listed?.check).toBeNull();
    expect(JSON.stringify(listed)).not.toContain(token);
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

describe("Ray's version", () => {
  it("compares versions as numbers", () => {
    expect(["2.9.3", "2.53.9", "1.99.0"].map(isRecentEnough)).toEqual([false, false, false]);
    expect(["2.54.0", "2.60.1", "3.0.0", "2.100"].map(isRecentEnough)).toEqual([true, true, true, true]);
  });
});
