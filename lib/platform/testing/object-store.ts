import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer, request as overHttp } from "node:http";
import { request as overTls } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";

/** Set by `npm test`; by hand: the `python` of the runner's environment with its development packages. */
export const testPython = process.env.STUDIO_TEST_PYTHON ?? "";
export const hasTestPython = existsSync(testPython);

/** What happens to requests on their way to the store. */
type Wire = {
  /** connections break */
  cut: boolean;
  /** every answer is this error, such as { status: 403, code: "AccessDenied" } */
  refuse: { status: number; code: string } | null;
  /** after so many further requests connections break */
  cutAfter: number | null;
  /** what the store has answered, as `PUT key` */
  seen: string[];
};

/** A server of one's own to test against, in place of the one that the tests start (docs/compute-backends.md). */
const given = process.env.TEST_S3_ENDPOINT ? new URL(process.env.TEST_S3_ENDPOINT) : null;
export const hasObjectStore = hasTestPython || given !== null;

/** What the installation and its cluster are given; the server that the tests start takes any keys. */
const access = {
  region: process.env.TEST_S3_REGION ?? "us-east-1",
  bucket: process.env.TEST_S3_BUCKET ?? "studies",
  accessKeyId: process.env.TEST_S3_ACCESS_KEY_ID ?? "studio",
  secretAccessKey: process.env.TEST_S3_SECRET_ACCESS_KEY ?? "a secret of the studio's",
};

async function startServer(): Promise<{ url: URL; stop: () => void }> {
  if (given) return { url: given, stop: () => {} };
  const port = await freePort();
  const server = spawn(testPython, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  await answering(port, server);
  return { url: new URL(`http://127.0.0.1:${port}`), stop: () => server.kill("SIGKILL") };
}

/**
 * A real S3-speaking server with an empty prefix of a bucket, and a wire in front of it that tests can cut. Sets the studio's
 * environment: call it before anything reads that.
 */
export async function startObjectStore() {
  const server = await startServer();
  // A given server may hold anything else: nothing outside of this is read or removed.
  const prefix = `tests-${randomBytes(6).toString("hex")}`;
  const request = server.url.protocol === "https:" ? overTls : overHttp;
  const wire: Wire = { cut: false, refuse: null, cutAfter: null, seen: [] };
  const proxy = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (wire.cutAfter !== null && wire.cutAfter-- <= 0) return incoming.socket.destroy();
    if (wire.cut) return incoming.socket.destroy();
    if (wire.refuse) {
      outgoing.writeHead(wire.refuse.status, { "content-type": "application/xml" });
      return outgoing.end(`<Error><Code>${wire.refuse.code}</Code><Message>no</Message></Error>`);
    }
    const { method, url = "/", headers } = incoming;
    const { hostname, port } = server.url;
    const passed = request({ hostname, port, method, path: url, headers }, (answer) => {
      wire.seen.push(
        `${method} ${decodeURIComponent(url.split("?")[0] ?? "").replace(`/${access.bucket}/${prefix}/`, "")}`,
      );
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => incoming.socket.destroy());
    passed.end(Buffer.concat(chunks));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { region, bucket, ...credentials } = access;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: { name?: string }) => {
    if (!/^BucketAlready/.test(error.name ?? "")) throw error;
  });
  process.env.STUDIO_S3_ENDPOINT = endpoint;
  process.env.STUDIO_S3_REGION = region;
  process.env.STUDIO_S3_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.STUDIO_S3_SECRET_ACCESS_KEY = credentials.secretAccessKey;

  async function empty() {
    for (;;) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/` }));
      if (Contents.length === 0) return;
      for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    }
  }
  return {
    address: `s3://${bucket}/${prefix}`,
    endpoint,
    /** what an administrator sets on the cluster */
    clusterEnvironment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    secret: credentials.secretAccessKey,
    wire,
    mend: () => Object.assign(wire, { cut: false, refuse: null, cutAfter: null, seen: [] }),
    stop: async () => {
      Object.assign(wire, { cut: false, refuse: null, cutAfter: null });
      if (given) await empty();
      client.destroy();
      proxy.closeAllConnections();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
      server.stop();
    },
  };
}

export type ObjectStore = Awaited<ReturnType<typeof startObjectStore>>;

async function freePort(): Promise<number> {
  const probe = createTcpServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}

async function answering(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).on("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the S3 server ended at once: does the Python environment have the development packages?");
}
