// @ts-check
import { createServer } from "node:net";

/**
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>}
 */
export function isPortFree(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A free port that the system hands out.
 * @returns {Promise<number>}
 */
export function anyFreePort(host = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/**
 * The first free port of a range, beginning somewhere inside it so that two studios seldom try the same one.
 * @param {number} from
 * @param {number} to inclusive
 * @param {string} [host]
 */
export async function freePortBetween(from, to, host) {
  const count = to - from + 1;
  const offset = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = from + ((offset + step) % count);
    if (await isPortFree(port, host)) return port;
  }
  throw new Error(`No port between ${from} and ${to} is free.`);
}
