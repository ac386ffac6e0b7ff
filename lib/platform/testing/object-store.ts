import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";

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

/**
 * A real S3-speaking server process with the empty bucket `studies`, and a wire in front of it that tests can cut. Sets
 * the studio's environment: call it before anything reads that.
 */
export async function startObjectStore() {
  const port = await freePort();
  const server = spawn(testPython, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  await answering(port, server);
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
    const passed = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      wire.seen.push(`${method} ${decodeURIComponent(url.split("?")[0] ?? "").replace("/studies/exchange/", "")}`);
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => incoming.socket.destroy());
    passed.end(Buffer.concat(chunks));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await fetch(`${endpoint}/studies`, { method: "PUT" });
  process.env.STUDIO_S3_ENDPOINT = endpoint;
  process.env.STUDIO_S3_ACCESS_KEY_ID = "studio";
  process.env.STUDIO_S3_SECRET_ACCESS_KEY = "a secret of the studio's";
  return {
    address: "s3://studies/exchange",
    endpoint,
    wire,
    mend: () => Object.assign(wire, { cut: false, refuse: null, cutAfter: null, seen: [] }),
    stop: async () => {
      proxy.closeAllConnections();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
      server.kill("SIGKILL");
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
