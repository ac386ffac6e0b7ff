import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Job = { status: string; message: string; error_type: string | null; driver_exit_code: number | null };

/**
 * Answers as Ray's Jobs API does, with jobs that the test moves: for the studio's side of what a real cluster takes
 * minutes to do (forget its jobs, be away, refuse a token). The real one is in worker/*.integration.test.ts.
 */
export async function startRayStandIn(token: string) {
  const jobs = new Map<string, Job>();
  const submissions: {
    submission_id: string;
    entrypoint: string;
    runtime_env: unknown;
    entrypoint_resources?: Record<string, number>;
    entrypoint_num_gpus?: number;
  }[] = [];
  const stopped: string[] = [];
  const mode = {
    status: 200,
    loseReply: false,
    open: false,
    version: "2.60.0",
    nodes: [{ state: "ALIVE", node_ip: "10.0.0.1", resources_total: { CPU: 2, memory: 1e9, "node:10.0.0.1": 1 } }] as {
      state: string;
      node_ip: string;
      resources_total: Record<string, number>;
    }[],
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    if (mode.status !== 200) return answer(mode.status, "away");
    if (!mode.open && request.headers.authorization !== `Bearer ${token}`) return answer(403, "Forbidden");
    const { pathname } = new URL(request.url ?? "/", "http://ray");
    if (pathname === "/api/version") return answer(200, { ray_version: mode.version });
    if (pathname === "/api/v0/nodes") {
      return answer(200, { data: { result: { result: mode.nodes } } });
    }
    if (pathname === "/api/jobs/" && request.method === "POST") {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      if (jobs.has(body.submission_id)) return answer(500, "already exists");
      submissions.push(body);
      jobs.set(body.submission_id, { status: "PENDING", message: "", error_type: null, driver_exit_code: null });
      if (mode.loseReply) return request.socket.destroy();
      return answer(200, { submission_id: body.submission_id });
    }
    if (pathname === "/api/jobs/") return answer(200, []);
    const [, id = "", use] = /^\/api\/jobs\/([^/]+)(\/\w+)?$/.exec(pathname) ?? [];
    const job = jobs.get(id);
    if (!job) return answer(404, "does not exist");
    if (use === "/stop") {
      stopped.push(id);
      return answer(200, { stopped: true });
    }
    if (use === "/logs") return answer(200, { logs: job.message });
    answer(200, job);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const last = () => submissions.at(-1)?.submission_id ?? "";
  return {
    address: `http://127.0.0.1:${port}`,
    jobs,
    submissions,
    stopped,
    mode,
    /** Moves the job that was submitted last. */
    move: (status: string, more: Partial<Job> = {}) => {
      const job = jobs.get(last());
      if (!job) throw new Error("no job was submitted");
      Object.assign(job, { status, ...more });
    },
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type RayStandIn = Awaited<ReturnType<typeof startRayStandIn>>;
