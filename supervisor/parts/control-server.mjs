// @ts-check
/**
 * How web and worker ask for parts: HTTP on the loopback with a token (`authorization: Bearer …`). docs/supervisor.md
 * describes it.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

/**
 * @param {import("./parts.mjs").Parts} parts
 * @returns {Promise<{ url: string, token: string, close: () => void }>}
 */
export function startControlServer(parts) {
  const token = randomBytes(32).toString("hex");
  const server = createServer((request, response) => {
    const { status, body } = isAllowed(request.headers.authorization, token)
      ? answer(parts, request.method ?? "", request.url ?? "")
      : problem(401, "unauthorized", "The supervisor's token is missing or wrong.");
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
    request.resume();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      resolve({
        url: `http://127.0.0.1:${address.port}`,
        token,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/**
 * @param {import("./parts.mjs").Parts} parts
 * @param {string} method
 * @param {string} path
 * @returns {{ status: number, body: object }}
 */
function answer(parts, method, path) {
  if (path === "/parts" && method === "GET") {
    return { status: 200, body: { parts: [...parts.values()].map((part) => part.view()) } };
  }
  const [, name, use] = /^\/parts\/([a-z]+)(\/use)?$/.exec(path) ?? [];
  const part = name === undefined ? undefined : parts.get(name);
  if (!part) return problem(404, "not-found", `There is nothing at ${path}.`);
  if (method === "GET" && !use) return { status: 200, body: part.view() };
  if (method !== "POST") return problem(405, "method-not-allowed", "Use POST here.");
  if (use) part.use();
  // Not awaited: an installation takes minutes. The state says how far it is.
  else void part.ensure();
  return { status: part.state === "ready" ? 200 : 202, body: part.view() };
}

/**
 * @param {number} status
 * @param {string} code
 * @param {string} detail
 */
function problem(status, code, detail) {
  return { status, body: { code, detail } };
}

/**
 * @param {string | undefined} header
 * @param {string} token
 */
function isAllowed(header, token) {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
