import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasObjectStore, type ObjectStore, startObjectStore } from "../testing/object-store";
import { type Bucket, openBucket } from "./bucket";
import { parseBucketAddress } from "./bucket-address";
import { Damaged, fetchFile } from "./fetch-file";
import { sha256OfFile } from "./files";

const fiveMebibytes = 5 * 1024 ** 2;

describe("an address of a bucket", () => {
  it.each([
    ["s3://studies", { bucket: "studies", prefix: "" }],
    ["s3://studies/exchange/a/", { bucket: "studies", prefix: "exchange/a" }],
  ])("%s is one", (address, parts) => expect(parseBucketAddress(address)).toEqual(parts));

  it.each(["s3://", "s3://A", "s3://studies/../other", "s3://studies//x", "https://studies", "s3://studies/ä"])(
    "%s is none",
    (address) => expect(parseBucketAddress(address)).toBeNull(),
  );
});

describe.skipIf(!hasObjectStore)("files in a bucket", () => {
  let store: ObjectStore;
  let bucket: Bucket;
  let folder: string;

  beforeAll(async () => {
    store = await startObjectStore();
    folder = await mkdtemp(path.join(tmpdir(), "studio-bucket-"));
    // The least that S3 takes, so that a file of a few parts stays small.
    bucket = openBucket(store.address, fiveMebibytes);
  }, 60_000);
  afterEach(() => store.mend());
  afterAll(async () => {
    await store.stop();
    await rm(folder, { recursive: true });
  });

  async function makeFile(name: string, bytes: number) {
    const file = path.join(folder, name);
    await writeFile(file, randomBytes(bytes));
    return { path: file, bytes, sha256: await sha256OfFile(file) };
  }

  it.each([0, 1, fiveMebibytes, 2 * fiveMebibytes + 7])("come back as they went: %i bytes", async (bytes) => {
    const sent = await makeFile(`sent-${bytes}`, bytes);
    await bucket.sendFile(`sizes/${bytes}`, sent);
    const file = path.join(folder, `fetched-${bytes}`);
    await fetchFile(bucket, `sizes/${bytes}`, { file, bytes, sha256: sent.sha256 });
    expect((await readFile(file)).equals(await readFile(sent.path))).toBe(true);
  });

  it("are not visible while an upload is interrupted, which goes on behind the parts that arrived", async () => {
    const sent = await makeFile("large", 4 * fiveMebibytes);
    const stopping = new AbortController();
    let parts = 0;
    const onBytes = () => {
      if (++parts === 2) stopping.abort();
    };
    await expect(bucket.sendFile("interrupted/large", sent, { onBytes, signal: stopping.signal })).rejects.toThrow();
    expect((await bucket.names("interrupted/")).size).toBe(0);
    await bucket.sendFile("interrupted/large", sent);
    expect(store.wire.seen.filter((each) => each === "PUT interrupted/large")).toHaveLength(4);
    expect((await bucket.look("interrupted/large"))?.sha256).toBe(sent.sha256);
    expect(await bucket.uploads("interrupted/")).toEqual([]);
  });

  it("are fetched on from where the connection broke", async () => {
    const sent = await makeFile("broken", 3 * 1024 ** 2);
    await bucket.sendFile("broken", sent);
    const file = path.join(folder, "broken-fetched");
    const stopping = new AbortController();
    const signal = stopping.signal;
    const wanted = { file, bytes: sent.bytes, sha256: sent.sha256 };
    let came = 0;
    const onBytes = (more: number) => {
      came += more;
      if (came > 1024 ** 2) stopping.abort();
    };
    await expect(fetchFile(bucket, "broken", wanted, { onBytes, signal })).rejects.toThrow();
    const counts: number[] = [];
    await fetchFile(bucket, "broken", wanted, { onBytes: (more) => counts.push(more) });
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts.reduce((sum, each) => sum + each)).toBe(sent.bytes);
    expect(await sha256OfFile(file)).toBe(sent.sha256);
  });

  it("of which a byte was altered are found out, and nothing of them is kept", async () => {
    const sent = await makeFile("altered", 1000);
    const content = await readFile(sent.path);
    content[500] = (content[500] ?? 0) ^ 1;
    await bucket.write("altered", content);
    const file = path.join(folder, "altered-fetched");
    const wanted = { file, bytes: 1000, sha256: sent.sha256 };
    await expect(fetchFile(bucket, "altered", wanted)).rejects.toThrow(Damaged);
    expect((await readdir(folder)).filter((name) => name.startsWith("altered-fetched"))).toEqual([]);
    await expect(fetchFile(bucket, "none", wanted)).rejects.toThrow("missing");
  });

  it("that are large are not read as small ones", async () => {
    await bucket.write("small", "0123456789");
    expect(await bucket.read("small", 9)).toBe("too_large");
    expect(Buffer.from((await bucket.read("small", 10)) as Uint8Array).toString()).toBe("0123456789");
    expect(await bucket.read("none", 10)).toBeNull();
  });

  it.each([
    [403, "AccessDenied", "store_access_denied"],
    [403, "SignatureDoesNotMatch", "store_access_denied"],
    [403, "RequestTimeTooSkewed", "store_clock_differs"],
    [404, "NoSuchBucket", "store_bucket_missing"],
    [507, "InsufficientStorage", "store_full"],
    [503, "SlowDown", "store_unreachable"],
    [400, "EntityTooLarge", "store_refused"],
    [501, "NotImplemented", "store_refused"],
  ])("that the store refuses with %i %s are told as %s", async (status, code, told) => {
    store.wire.refuse = { status, code };
    await expect(bucket.write("refused", "x")).rejects.toMatchObject({ code: told });
  });

  it("are told by name and size, however many there are", async () => {
    // A store tells at most 1,000 at a time.
    const numbers = Array.from({ length: 1005 }, (_, number) => number);
    for (let start = 0; start < numbers.length; start += 15) {
      const some = numbers.slice(start, start + 15);
      await Promise.all(some.map((number) => bucket.write(`many/${number}`, "x".repeat(number % 3))));
    }
    const names = await bucket.names("many/");
    expect(names.size).toBe(1005);
    expect(numbers.every((number) => names.get(`many/${number}`) === number % 3)).toBe(true);
  });

  it("can't be asked for while connections break", async () => {
    store.wire.cut = true;
    await expect(bucket.read("any", 10)).rejects.toMatchObject({ code: "store_unreachable" });
  });
});
