import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createEndpoint } from "@/lib/labelling/endpoints";
import { sweepLabelling } from "@/lib/labelling/jobs";
import { listPrompts } from "@/lib/labelling/prompts";
import { readLabellingRun } from "@/lib/labelling/read-labelling";
import { labellingParametersSchema } from "@/lib/labelling/schema";
import { startLabelling } from "@/lib/labelling/start-labelling";
import { labellingTick } from "@/lib/labelling/tick-labelling";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { makeDraw } from "@/lib/validation/testing/make-round";
import { taskOf } from "./task";
import { work } from "./worker";

useTestDatabase();

const patient = { timeout: 50_000, interval: 50 };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** An endpoint that answers nobody until it is told to; counts what it was asked. */
async function startHolding() {
  const waiting: ServerResponse[] = [];
  let asked = 0;
  let holding = true;
  const answer = (response: ServerResponse) =>
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        choices: [{ message: { role: "assistant", content: "medical" } }],
        usage: { prompt_tokens: 10, completion_tokens: 3 },
      }),
    );
  const server = createServer((request, response) => {
    asked += 1;
    request.resume();
    if (holding) waiting.push(response);
    else answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    letGo() {
      holding = false;
      for (const response of waiting.splice(0)) answer(response);
    },
  };
}

it("an endpoint is asked once for each document, and paid once, however often the sweep looks after a run at work", async () => {
  const actor = await makeMember(await makeStudy(), "researcher");
  const { drawId } = await makeDraw(actor.studyId);
  const endpoint = await startHolding();
  const { id: endpointId } = await createEndpoint(actor, {
    ...{ name: "holding", baseUrl: endpoint.baseUrl, model: "m", key: "secret key" },
  });
  const [prompt] = await listPrompts(actor);
  const parameters = labellingParametersSchema.parse({ concurrency: 2 });
  const input = { drawId, endpointId, promptId: prompt?.id ?? "", tokenBudget: null, parameters };
  const { id } = await startLabelling(actor, input);

  const swept: string[] = [];
  const counting = {
    ...taskOf(sweepLabelling),
    everySeconds: 0.1,
    run: async (payload: unknown, signal: AbortSignal) => {
      await taskOf(sweepLabelling).run(payload, signal);
      swept.push("once");
    },
  };
  const stopping = new AbortController();
  const done = work([taskOf(labellingTick), counting], stopping.signal);
  ends.unshift(async () => {
    stopping.abort();
    await done;
  });
  await expect.poll(endpoint.asked, patient).toBe(2);
  const before = swept.length;
  await expect.poll(() => swept.length, patient).toBeGreaterThan(before + 10);
  endpoint.letGo();
  await expect.poll(async () => (await readLabellingRun(actor, id)).state, patient).toBe("succeeded");
  const run = await readLabellingRun(actor, id);
  expect(endpoint.asked()).toBe(run.total);
  expect(run).toMatchObject({ medical: 12, spending: { promptTokens: 120 } });
});
