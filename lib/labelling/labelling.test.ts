import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { changeLabelling, changeLabellingBudget } from "./change-labelling";
import { archiveEndpoint, createEndpoint, listEndpoints, testEndpoint } from "./endpoints";
import { createPrompt, listPrompts } from "./prompts";
import { listLlmLabels, readLabellingRun } from "./read-labelling";
import { labellingParametersSchema } from "./schema";
import { startLabelling } from "./start-labelling";
import { labellingTick } from "./tick-labelling";

useTestDatabase();

type Answer = { status: number; body: string; headers?: Record<string, string> };

/** An endpoint on the loopback that answers as the test says; counts how many requests were under way at most. */
let server: Server;
let baseUrl: string;
let answerWith: (document: string, attempt: number, request: IncomingMessage) => Answer;
const attempts = new Map<string, number>();
let mostAtATime = 0;

const completion = (content: string): Answer => ({
  status: 200,
  body: JSON.stringify({
    choices: [{ message: { role: "assistant", content } }],
    usage: { prompt_tokens: 10, completion_tokens: 3 },
  }),
});

beforeEach(async () => {
  attempts.clear();
  mostAtATime = 0;
  let underWay = 0;
  server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    underWay += 1;
    mostAtATime = Math.max(mostAtATime, underWay);
    let text = "";
    for await (const chunk of request) text += chunk;
    const { messages } = JSON.parse(text) as { messages: { content: string }[] };
    const document = messages[0]?.content.match(/document-\d+/)?.[0] ?? "";
    const attempt = (attempts.get(document) ?? 0) + 1;
    attempts.set(document, attempt);
    const { status, body, headers } = answerWith(document, attempt, request);
    underWay -= 1;
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

let actor: StudyActor;
let drawId: string;
const documents = 12;
const tokensOfOne = 13;

beforeAll(async () => {
  const studyId = await makeStudy();
  actor = await makeMember(studyId, "researcher");
  const corpus = await database().corpus.create({
    data: { studyId, name: "c", address: "store:corpora/c", state: "ready" },
  });
  const sample = await database().sample.create({
    data: { studyId, corpusId: corpus.id, name: "s", seed: 1, state: "ready" },
  });
  const draw = await database().draw.create({ data: { sampleId: sample.id, number: 1, design: {}, size: documents } });
  const stratum = await database().stratum.create({
    data: { drawId: draw.id, key: "all", populationSize: 100, sampleSize: documents },
  });
  for (let position = 0; position < documents; position++) {
    const id = newId();
    await database().item.create({
      data: {
        id,
        sampleId: sample.id,
        documentId: `d${position}`,
        text: `This is document-${position}.`,
        textHash: "",
        characters: 20,
        originFile: "part-00000.parquet",
        originRow: position,
        permanentRandom: position / documents,
        duplicateGroup: id,
        draws: { create: { drawId: draw.id, stratumId: stratum.id, position, inclusionProbability: 0.12 } },
      },
    });
  }
  drawId = draw.id;
});

async function start(concurrency = 3, tokenBudget: number | null = null): Promise<string> {
  const { id: endpointId } = await createEndpoint(actor, { name: "test", baseUrl, model: "m", key: "secret key" });
  const [prompt] = await listPrompts(actor);
  const parameters = labellingParametersSchema.parse({ concurrency });
  return (await startLabelling(actor, { drawId, endpointId, promptId: prompt?.id ?? "", tokenBudget, parameters })).id;
}
const tick = (labellingRunId: string, signal = new AbortController().signal) =>
  labellingTick.run({ labellingRunId }, { signal });
const labelCount = (labellingRunId: string) => database().llmLabel.count({ where: { labellingRunId } });

describe("a labelling run", () => {
  it("labels every document once, keeps raw answers, counts unusable ones, and sends the key", async () => {
    const keys = new Set<string | undefined>();
    answerWith = (document, _, request) => {
      keys.add(request.headers.authorization);
      const number = Number(document.split("-")[1]);
      return completion(number % 3 === 0 ? '{"label":"medical"}' : number % 3 === 1 ? "non-medical" : "I can't say.");
    };
    const id = await start();
    await tick(id);
    const run = await readLabellingRun(actor, id);
    expect(run).toMatchObject({
      state: "succeeded",
      medical: 4,
      nonMedical: 4,
      unusable: 4,
      spending: { promptTokens: 120 },
    });
    expect([...keys]).toEqual(["Bearer secret key"]);
    expect(mostAtATime).toBeLessThanOrEqual(3);
    const { labels } = await listLlmLabels(actor, id, { outcome: "unusable" });
    expect(labels.map((label) => label.rawAnswer)).toEqual(Array(4).fill("I can't say."));
    expect(labels[0]?.text).toBe("This is document-2.");
  });

  it("tries again after 429, 500 and a broken connection, and takes longer answers from a plain server", async () => {
    answerWith = (document, attempt, request) => {
      if (document === "document-1" && attempt === 1)
        return { status: 429, body: "{}", headers: { "retry-after": "0.01" } };
      if (document === "document-2" && attempt === 1) return { status: 503, body: "busy" };
      if (document === "document-3" && attempt === 1) {
        request.socket.destroy();
        return { status: 200, body: "" };
      }
      return completion('{"label":"medical"}');
    };
    const id = await start();
    await tick(id);
    expect(await readLabellingRun(actor, id)).toMatchObject({ state: "succeeded", medical: documents, unusable: 0 });
    const { requests } = await database().llmLabel.findFirstOrThrow({
      where: { labellingRunId: id, item: { documentId: "d1" } },
    });
    expect(requests).toBe(2);
  });

  it("asks without structured output where the server refuses that", async () => {
    let structured = 0;
    server.removeAllListeners("request");
    server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const refused = text.includes("response_format");
      if (refused) structured += 1;
      response
        .writeHead(refused ? 400 : 200, { "content-type": "application/json" })
        .end(refused ? '{"error":{"message":"response_format is not supported"}}' : completion("medical").body);
    });
    const id = await start(3);
    await tick(id);
    expect(await readLabellingRun(actor, id)).toMatchObject({ state: "succeeded", medical: documents, unusable: 0 });
    // No more than were under way when the first was refused.
    expect(structured).toBeLessThanOrEqual(3);
  });

  it("goes on where a killed worker left it, and counts nothing twice when two ticks meet", async () => {
    const killed = new AbortController();
    let answered = 0;
    answerWith = () => {
      answered += 1;
      if (answered === 5) killed.abort();
      return completion('{"label":"medical"}');
    };
    const id = await start(1);
    await tick(id, killed.signal);
    const afterKill = await labelCount(id);
    expect(afterKill).toBeGreaterThan(0);
    expect(afterKill).toBeLessThan(documents);
    await Promise.all([tick(id), tick(id)]);
    const run = await readLabellingRun(actor, id);
    expect(run).toMatchObject({ state: "succeeded", medical: documents });
    expect(await labelCount(id)).toBe(documents);
  });

  it("pauses with the reason where the endpoint refuses the key, knows no such model, or answers HTML, and resumes", async () => {
    for (const [answer, code] of [
      [{ status: 401, body: "{}" }, "key_refused"],
      [{ status: 404, body: "{}" }, "model_unknown"],
      [{ status: 200, body: "<html>hello</html>" }, "not_openai"],
      [{ status: 400, body: "<html>plain HTTP was sent to an HTTPS port\0</html>" }, "not_openai"],
      [{ status: 200, body: "\0" }, "not_openai"],
      [{ status: 200, body: "" }, "not_openai"],
    ] as [Answer, string][]) {
      answerWith = () => answer;
      const id = await start();
      await tick(id);
      expect(await readLabellingRun(actor, id)).toMatchObject({ state: "paused", reason: code });
      expect(await labelCount(id)).toBe(0);
      answerWith = () => completion('{"label":"medical"}');
      await changeLabelling(actor, id, "resume");
      await tick(id);
      expect(await readLabellingRun(actor, id)).toMatchObject({ state: "succeeded", medical: documents, reason: null });
    }
  });

  it("keeps a document without a label where the endpoint refuses that document", async () => {
    answerWith = (document) =>
      document === "document-3" ? { status: 400, body: '{"error": "too long \\u0000"}' } : completion("medical");
    const id = await start();
    await tick(id);
    expect(await readLabellingRun(actor, id)).toMatchObject({
      state: "succeeded",
      medical: documents - 1,
      unusable: 1,
    });
  });

  it("stops asking when it is cancelled, and says so to whoever wants to resume it", async () => {
    answerWith = () => completion('{"label":"medical"}');
    const id = await start();
    await changeLabelling(actor, id, "cancel");
    await tick(id);
    expect(await labelCount(id)).toBe(0);
    await expect(changeLabelling(actor, id, "resume")).rejects.toMatchObject({ status: 409, code: "labelling_state" });
  });

  it("pauses when its budget of tokens is spent, and goes on with more; what is there is not asked again", async () => {
    const seen: string[] = [];
    answerWith = (document) => {
      seen.push(document);
      return completion('{"label":"medical"}');
    };
    const id = await start(1, 5 * tokensOfOne);
    await tick(id);
    expect(await readLabellingRun(actor, id)).toMatchObject({
      ...{ state: "paused", reason: "budget_reached", medical: 5 },
      spending: { tokenBudget: 5 * tokensOfOne, expectedTokens: documents * tokensOfOne, cost: null },
    });
    await expect(changeLabelling(actor, id, "resume")).rejects.toMatchObject({ status: 409, code: "budget_reached" });
    await changeLabellingBudget(actor, id, documents * tokensOfOne);
    await tick(id);
    expect(await readLabellingRun(actor, id)).toMatchObject({ state: "succeeded", medical: documents, reason: null });
    expect(new Set(seen).size).toBe(documents);
    expect(seen).toHaveLength(documents);
    await expect(changeLabellingBudget(actor, id, 5)).rejects.toMatchObject({ status: 409, code: "labelling_state" });
  });

  it("is started once by a start that comes twice", async () => {
    const { id: endpointId } = await createEndpoint(actor, { name: "test", baseUrl, model: "m", key: "" });
    const [prompt] = await listPrompts(actor);
    const parameters = labellingParametersSchema.parse({});
    const input = { drawId, endpointId, promptId: prompt?.id ?? "", startKey: crypto.randomUUID(), parameters };
    const again = () => startLabelling(actor, { ...input, tokenBudget: null });
    const [one, two] = await Promise.all([again(), again()]);
    expect(one).toEqual(two);
    expect(await database().auditEntry.count({ where: { subjectId: one.id, action: "labelling.start" } })).toBe(1);
  });

  it("counts labels of which the endpoint does not say what they took", async () => {
    answerWith = () => ({ status: 200, body: '{"choices":[{"message":{"content":"medical"}}]}' });
    const id = await start(2);
    await tick(id);
    expect(await readLabellingRun(actor, id)).toMatchObject({
      state: "succeeded",
      spending: { uncounted: documents, promptTokens: 0, expectedTokens: null },
    });
    expect(await database().llmLabel.count({ where: { labellingRunId: id, promptTokens: null } })).toBe(documents);
  });

  it("is invisible to another study", async () => {
    answerWith = () => completion('{"label":"medical"}');
    const id = await start();
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(readLabellingRun(stranger, id)).rejects.toMatchObject({ status: 404 });
    await expect(changeLabelling(stranger, id, "cancel")).rejects.toMatchObject({ status: 404 });
    await expect(changeLabellingBudget(stranger, id, 5)).rejects.toMatchObject({ status: 404 });
    await expect(listLlmLabels(stranger, id, {})).rejects.toMatchObject({ status: 404 });
  });
});

describe("an endpoint", () => {
  it("never gives its key back, is refused on a host that is not allowed, and can be taken out of use", async () => {
    const { id } = await createEndpoint(actor, { name: "x", baseUrl, model: "m", key: "top secret" });
    expect(JSON.stringify(await listEndpoints())).not.toContain("top secret");
    const stored = await database().llmEndpoint.findUniqueOrThrow({ where: { id } });
    expect(stored.keyCiphertext).not.toContain("top secret");
    for (const address of ["http://169.254.169.254/v1", "http://intranet.example/v1"]) {
      await expect(createEndpoint(actor, { name: "x", baseUrl: address, model: "m", key: "" })).rejects.toMatchObject({
        code: "address_not_allowed",
      });
    }
    await archiveEndpoint(actor, id);
    expect((await listEndpoints()).some((endpoint) => endpoint.id === id)).toBe(false);
  });

  it("says what is wrong when it is tested", async () => {
    const { id } = await createEndpoint(actor, { name: "x", baseUrl, model: "m", key: "" });
    answerWith = () => ({ status: 200, body: "<html><style>a{}</style><h1>Welcome</h1> here</html>" });
    await expect(testEndpoint(id)).rejects.toMatchObject({
      status: 422,
      code: "endpoint_not_openai",
      values: { detail: "HTML: Welcome here" },
    });
    answerWith = () => ({ status: 200, body: "x".repeat(5 * 1024 * 1024) });
    await expect(testEndpoint(id)).rejects.toMatchObject({ code: "endpoint_not_openai", values: { detail: "> 4 MB" } });
    answerWith = () => ({ status: 502, body: "<html>Bad gateway</html>" });
    await expect(testEndpoint(id)).rejects.toMatchObject({
      code: "endpoint_unreachable",
      values: { detail: "HTTP 502" },
    });
    answerWith = () => completion('{"label":"medical"}');
    expect(await testEndpoint(id)).toEqual({ waiting: null, answer: '{"label":"medical"}' });
  });
});

describe("prompt versions", () => {
  it("count up by language and never change", async () => {
    const text = "Is this medical? {{document}}";
    const first = await createPrompt(actor, { language: "de", text, note: "" });
    const second = await createPrompt(actor, { language: "de", text, note: "" });
    expect(second.version).toBe(first.version + 1);
    await expect(
      database().labellingPrompt.update({ where: { id: first.id }, data: { text: "other" } }),
    ).rejects.toThrow(/append only/);
  });
});
