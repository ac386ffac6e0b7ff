// @ts-check
import { rmSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { freePortBetween } from "../ports.mjs";
import { serviceEnvironment } from "./service-environment.mjs";

/** Ray gives its workers ports from 10002 to 19999; above 32768 the system hands ports out to anyone. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const PORT_NAMES = [
  "port",
  "dashboard-port",
  "dashboard-agent-listen-port",
  "dashboard-agent-grpc-port",
  "runtime-env-agent-port",
  "metrics-export-port",
  "node-manager-port",
  "object-manager-port",
  "ray-client-server-port",
];
const MEBIBYTE = 1024 ** 2;
/** How long a job that was told to stop may take to write its checkpoint. */
const JOB_STOP_WAIT_S = 30;

/** Its own loopback address keeps Ray's traffic from other programs' ports; macOS has but the one. */
const nodeAddress = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

/**
 * A Ray head on this machine alone: the GPU backend of the example. Reached only on the loopback and with a token.
 * @param {object} options
 * @param {string} options.python
 * @param {import("../data-folder.mjs").DataFolder} options.dataFolder
 * @param {number} [options.processors] that it gives to jobs
 * @returns {Promise<import("./service-part.mjs").Service>}
 */
export async function rayService({ python, dataFolder, processors = availableParallelism() }) {
  const { rayToken, processMark } = dataFolder.secrets;
  const ports = await choosePorts(dataFolder);
  const dashboard = `http://127.0.0.1:${ports["dashboard-port"]}`;
  // The paths of Ray's sockets may have 107 characters, too few for a folder inside the data folder.
  const sessions = join(tmpdir(), `studio-ray-${processMark.slice(0, 8)}`);
  rmSync(sessions, { recursive: true, force: true }); // A head that starts has forgotten its earlier jobs and logs anyway.
  const objectStore = Math.min(2048 * MEBIBYTE, Math.max(256 * MEBIBYTE, totalmem() * 0.1));
  return {
    address: dashboard,
    token: rayToken,
    description: {
      name: "ray",
      command: python,
      args: [
        join(dirname(python), "ray"),
        "start",
        "--head",
        "--block",
        "--disable-usage-stats",
        `--node-ip-address=${nodeAddress}`,
        "--dashboard-host=127.0.0.1",
        "--include-dashboard=true",
        `--num-cpus=${processors}`,
        `--object-store-memory=${Math.round(objectStore)}`,
        `--temp-dir=${sessions}`,
        ...PORT_NAMES.map((name) => `--${name}=${ports[name]}`),
      ],
      environment: serviceEnvironment(python, {
        RAY_AUTH_MODE: "token",
        RAY_AUTH_TOKEN: rayToken,
        RAY_USAGE_STATS_ENABLED: "0",
        RAY_JOB_STOP_WAIT_TIME_S: String(JOB_STOP_WAIT_S),
        // With one node there is nowhere to move work to before an end.
        RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S: "0",
        RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO: "0",
      }),
      endOrder: 30,
      graceMs: 15_000,
      isReady: () => answers(`${dashboard}/api/jobs/`, rayToken),
      readyTimeoutMs: 180_000,
      maxRestarts: 3,
    },
  };
}

/** @param {import("../data-folder.mjs").DataFolder} dataFolder */
async function choosePorts(dataFolder) {
  /** @type {Record<string, number>} */
  const ports = {};
  const choose = async () => {
    for (;;) {
      const port = await freePortBetween(FIRST_PORT, LAST_PORT, nodeAddress);
      if (!Object.values(ports).includes(port)) return port;
    }
  };
  for (const name of PORT_NAMES) {
    const host = name === "dashboard-port" ? "127.0.0.1" : nodeAddress;
    ports[name] = await dataFolder.rememberedPort(`ray-${name}`, { choose, host });
  }
  return ports;
}

/**
 * Whether a service answers this request with success.
 * @param {string} url
 * @param {string} token
 */
export async function answers(url, token) {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
