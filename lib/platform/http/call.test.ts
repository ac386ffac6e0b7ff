import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { call } from "./call";
import { operation } from "./operation";

const create = operation({
  id: "things.create",
  method: "POST",
  path: "/things",
  summary: "",
  access: { kind: "signed-in" },
  body: z.object({ name: z.string() }),
  response: z.object({ number: z.number() }),
});

const realFetch = globalThis.fetch;
let server: Server;
let received: string[];
let status: number;

beforeEach(async () => {
  received = [];
  status = 201;
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push(body);
    const number = received.length;
    setTimeout(() => response.writeHead(status).end(status === 201 ? JSON.stringify({ number }) : "<html>"), 50);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  // A page's addresses are of its own origin.
  globalThis.fetch = (address, options) => realFetch(new URL(String(address), `http://127.0.0.1:${port}`), options);
});
afterEach(async () => {
  globalThis.fetch = realFetch;
  await new Promise((resolve) => server.close(resolve));
});

describe("calling an operation", () => {
  it("sends a change once, however often its button is pressed meanwhile, and again when it is pressed later", async () => {
    const body = { name: "a" };
    const answers = await Promise.all([call(create, { body }), call(create, { body }), call(create, { body })]);
    expect(answers).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);
    expect(received).toHaveLength(1);
    expect(await call(create, { body })).toEqual({ number: 2 });
  });

  it("sends different changes each for itself", async () => {
    await Promise.all([call(create, { body: { name: "a" } }), call(create, { body: { name: "b" } })]);
    expect(received.sort()).toEqual(['{"name":"a"}', '{"name":"b"}']);
  });

  it("tells of an answer that is no answer of ours, to everyone who waits, and can be tried again", async () => {
    status = 502;
    const body = { name: "a" };
    const outcomes = await Promise.allSettled([call(create, { body }), call(create, { body })]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { status: 502, problem: null } });
    }
    status = 201;
    expect(await call(create, { body })).toEqual({ number: 2 });
  });
});
