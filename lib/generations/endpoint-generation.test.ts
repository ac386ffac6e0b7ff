import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { makeBackend } from "@/lib/compute/testing/runs";
import { changeEndpoint, createEndpoint } from "@/lib/labelling/endpoints";
import type { TokenPrice } from "@/lib/labelling/schema";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { digestOf } from "@/lib/platform/storage/files";
import { readParquetRows } from "@/lib/platform/storage/parquet";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { hasTestPython, testPython } from "@/lib/platform/testing/object-store";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { changeGeneration, changeGenerationBudget } from "./change-generation";
import { promptSeed } from "./prompt-seed";
import { createPromptSet } from "./prompt-sets";
import { listAnswerSets, listAnswers } from "./read-answers";
import { listOpenGenerations } from "./read-generations";
import { endpointParametersSchema } from "./schema";
import { startEndpointGeneration } from "./start-endpoint-generation";
import { generationTick } from "./tick-generation";

useTestDatabase();

type Asked = { model: string; messages: { role: string; content: string }[]; seed: number } & Record<string, unknown>;
type Answer = { status: number; body: string; headers?: Record<string, string> };

/** An endpoint on the loopback that answers as the test says, and keeps what it was asked. */
let server: Server;
let baseUrl: string;
let answerWith: (asked: Asked, attempt: number, request: IncomingMessage) => Answer;
let asked: Asked[];
const attempts = new Map<string, number>();

const completion = (content: string | null, finish = "stop"): Answer => ({
  status: 200,
  body: JSON.stringify({
    choices: [{ message: { role: "assistant", content }, finish_reason: finish }],
    usage: { prompt_tokens: 10, completion_tokens: 3 },
  }),
});
const questionOf = ({ messages }: Asked) => messages.at(-1)?.content ?? "";

let actor: StudyActor;
let promptSetId: string;
const prompts = 9;

beforeEach(async () => {
  asked = [];
  attempts.clear();
  answerWith = (each) => completion(`Antwort auf ${questionOf(each)}`);
  server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text) as Asked;
    asked.push(body);
    const attempt = (attempts.get(questionOf(body)) ?? 0) + 1;
    attempts.set(questionOf(body), attempt);
    const answer = answerWith(body, attempt, request);
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await makeBackend("http://127.0.0.1:1");
  actor = await makeMember(await makeStudy(), "researcher");
  promptSetId = await makePromptSet(actor);
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function makePromptSet(of: StudyActor): Promise<string> {
  const lines = Array.from({ length: prompts }, (_, n) => JSON.stringify({ id: `p${n}`, prompt: `Frage ${n}` }));
  return (await createPromptSet(of, { name: "Fragen", text: lines.join("\n") })).id;
}

async function start(
  parameters: object = {},
  more: { startKey?: string; address?: string; tokenBudget?: number; price?: TokenPrice } = {},
): Promise<string> {
  const endpoint = { name: "Haus", baseUrl: more.address ?? baseUrl, model: "klein", key: "secret key" };
  const { id: endpointId } = await createEndpoint(actor, endpoint);
  if (more.price) await changeEndpoint(actor, endpointId, { price: more.price });
  return (
    await startEndpointGeneration(actor, {
      ...{ endpointId, promptSetId, seed: 7, startKey: more.startKey, tokenBudget: more.tokenBudget ?? null },
      parameters: endpointParametersSchema.parse({ concurrency: 3, ...parameters }),
    })
  ).id;
}
const tick = (generationId: string, signal = new AbortController().signal) =>
  generationTick.run({ generationId }, { signal });
const stateOf = (id: string) => database().endpointGeneration.findUniqueOrThrow({ where: { id } });
const answerCount = (generationId: string) => database().endpointAnswer.count({ where: { generationId } });
const reasonOf = async () => {
  const [open] = await listOpenGenerations(actor);
  return { state: open?.state, reason: open?.reason, detail: open?.reasonDetail, done: open?.done };
};

describe("a model behind an endpoint", () => {
  it("answers every prompt with its key, sampling, and a seed of each prompt's own", async () => {
    const keys = new Set<string | undefined>();
    answerWith = (each, _, request) => {
      keys.add(request.headers.authorization);
      return completion(
        ` Antwort auf ${questionOf(each)}\u0000 `,
        questionOf(each) === "Frage 4" ? "leng\u0000th" : "stop",
      );
    };
    const settings = { temperature: 0.7, topP: 0.9, maxNewTokens: 50, systemPrompt: "Kurz." };
    const id = await start(settings);
    await tick(id);
    expect([...keys]).toEqual(["Bearer secret key"]);
    expect(asked).toHaveLength(prompts);
    for (const each of asked) {
      expect(each).toMatchObject({ model: "klein", temperature: 0.7, top_p: 0.9, max_tokens: 50 });
      expect(each.messages[0]).toEqual({ role: "system", content: "Kurz." });
      expect(each.seed).toBe(promptSeed(7, `p${questionOf(each).split(" ")[1]}`));
    }
    const [set] = await listAnswerSets(actor);
    expect(set).toMatchObject({
      ...{ checkpointId: null, checkpointName: "klein", runId: null, answers: prompts, cut: { value: 1 / prompts } },
      endpoint: { name: "Haus", host: new URL(baseUrl).host, model: "klein", seed: 7, parameters: settings },
    });
    const { answers } = await listAnswers(actor, set?.id ?? "", {});
    expect(answers.map(({ text }) => text)).toEqual(
      Array.from({ length: prompts }, (_, n) => `Antwort auf Frage ${n}`),
    );
    expect(answers[4]).toMatchObject({ finish: "length", tokens: 3 });
    expect(await listOpenGenerations(actor)).toEqual([]);
  });

  it("leaves a file as a generate run does, and its analysis is started", async () => {
    const id = await start();
    await tick(id);
    const set = await database().answerSet.findUniqueOrThrow({ where: { endpointGenerationId: id } });
    const row = z.strictObject({
      ...{ id: z.string(), prompt: z.string(), answer: z.string() },
      ...{ tokens: z.number().int(), finish: z.string() },
    });
    const rows = await readParquetRows(set.address, row, { limit: 100 });
    expect(rows[2]).toEqual({ id: "p2", prompt: "Frage 2", answer: "Antwort auf Frage 2", tokens: 3, finish: "stop" });
    expect(await digestOf(pathOf(set.address))).toBe(set.digest);
    const runs = await database().run.findMany({ where: { studyId: actor.studyId }, include: { edges: true } });
    expect(runs).toMatchObject([
      { kind: "analyse-answers", name: "klein · Fragen", edges: [{ kind: "answer-set", targetId: set.id }] },
    ]);
  });

  it("is asked again after 429, 503 and a broken connection", async () => {
    answerWith = (each, attempt, request) => {
      if (attempt === 1 && questionOf(each) === "Frage 1")
        return { status: 429, body: "{}", headers: { "retry-after": "0.01" } };
      if (attempt === 1 && questionOf(each) === "Frage 2") return { status: 503, body: "busy" };
      if (attempt === 1 && questionOf(each) === "Frage 3") request.socket.destroy();
      return completion("ja");
    };
    const id = await start();
    await tick(id);
    expect(await stateOf(id)).toMatchObject({ state: "succeeded", done: prompts, promptTokens: 90n });
    const again = { generationId: id, prompt: { key: "p1" } };
    expect(await database().endpointAnswer.findFirstOrThrow({ where: again })).toMatchObject({ requests: 2 });
  });

  it("is asked in the newer way where it knows no max_tokens", async () => {
    answerWith = (each) =>
      "max_tokens" in each
        ? { status: 400, body: '{"error":{"message":"Use max_completion_tokens instead of max_tokens."}}' }
        : completion("ja");
    const id = await start({ maxNewTokens: 40 });
    await tick(id);
    expect((await stateOf(id)).state).toBe("succeeded");
    expect(asked.at(-1)).toMatchObject({ max_completion_tokens: 40 });
  });

  it("goes on where a killed worker left it, and makes one set when two ticks meet", async () => {
    const killed = new AbortController();
    let answered = 0;
    answerWith = () => {
      answered += 1;
      if (answered === 4) killed.abort();
      return completion("ja");
    };
    const id = await start({ concurrency: 1 });
    await tick(id, killed.signal);
    const afterKill = await answerCount(id);
    expect(afterKill).toBeGreaterThan(0);
    expect(afterKill).toBeLessThan(prompts);
    await Promise.all([tick(id), tick(id)]);
    expect(await stateOf(id)).toMatchObject({ state: "succeeded", done: prompts });
    expect(await answerCount(id)).toBe(prompts);
    expect(await listAnswerSets(actor)).toHaveLength(1);
  });

  it.each([
    [{ status: 401, body: "{}" }, "key_refused", "HTTP 401"],
    [{ status: 404, body: '{"error":"no such model"}' }, "model_unknown", '{"error":"no such model"}'],
    [{ status: 200, body: "<html>Willkommen</html>" }, "not_openai", "JSON: HTML: Willkommen"],
    [{ status: 200, body: '{"choices":[]}' }, "not_openai", "choices: "],
    [{ status: 400, body: '{"error":"too long"}' }, "prompt_refused", 'p0: HTTP 400: {"error":"too long"}'],
  ])("pauses on %o with the reason and the endpoint's words, and resumes", async (answer, reason, detail) => {
    answerWith = () => answer;
    const id = await start({ concurrency: 1 });
    await tick(id);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason, detail: expect.stringContaining(detail) });
    expect(await answerCount(id)).toBe(0);
    answerWith = () => completion("ja");
    await changeGeneration(actor, id, "resume");
    await tick(id);
    expect((await stateOf(id)).state).toBe("succeeded");
  });

  it("is not started where nothing can analyse the answers, before anything is asked and paid for", async () => {
    await database().backend.updateMany({ data: { archivedAt: new Date() } });
    await expect(start()).rejects.toMatchObject({ status: 422, code: "analysis_needs_backend" });
    expect(await database().endpointGeneration.count({ where: { studyId: actor.studyId } })).toBe(0);
    expect(asked).toEqual([]);
  });

  it("keeps its answers where nothing can analyse them, and is done once a backend is there", async () => {
    const id = await start();
    await database().backend.updateMany({ data: { archivedAt: new Date() } });
    await tick(id);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason: "analysis_needs_backend", done: prompts });
    expect(await listAnswerSets(actor)).toEqual([]);
    await makeBackend("http://127.0.0.1:1");
    await changeGeneration(actor, id, "resume");
    await tick(id);
    expect(asked).toHaveLength(prompts);
    expect(await listAnswerSets(actor)).toMatchObject([{ answers: prompts }]);
  });

  it("keeps an answer without text as an empty one", async () => {
    answerWith = () => completion(null, "content_filter");
    const id = await start();
    await tick(id);
    const [set] = await listAnswerSets(actor);
    const { answers } = await listAnswers(actor, set?.id ?? "", {});
    expect(answers[0]).toMatchObject({ text: "", finish: "content_filter" });
  });

  it("is left alone when that is cancelled, and can't be resumed", async () => {
    const id = await start();
    await changeGeneration(actor, id, "cancel");
    await tick(id);
    expect(asked).toEqual([]);
    await expect(changeGeneration(actor, id, "resume")).rejects.toMatchObject({
      ...{ status: 409, code: "generation_state" },
    });
    expect(await listOpenGenerations(actor)).toEqual([]);
  });

  it("is started once by a start that comes twice, with an audit entry", async () => {
    const startKey = crypto.randomUUID();
    const [one, two] = await Promise.all([start({}, { startKey }), start({}, { startKey })]);
    expect(one).toBe(two);
    const entries = await database().auditEntry.findMany({ where: { subjectId: one } });
    expect(entries).toMatchObject([{ action: "generations.start", personId: actor.personId }]);
    expect(JSON.stringify(entries[0]?.detail)).not.toContain("secret key");
  });

  it("is invisible to another study, which can't have it answer foreign prompts", async () => {
    const id = await start();
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(changeGeneration(stranger, id, "cancel")).rejects.toMatchObject({ status: 404 });
    await expect(changeGenerationBudget(stranger, id, 5)).rejects.toMatchObject({ status: 404 });
    expect((await stateOf(id)).tokenBudget).toBeNull();
    expect(await listOpenGenerations(stranger)).toEqual([]);
    const { endpointId } = await stateOf(id);
    const parameters = endpointParametersSchema.parse({});
    const foreign = startEndpointGeneration(stranger, {
      endpointId,
      promptSetId,
      seed: 1,
      tokenBudget: null,
      parameters,
    });
    await expect(foreign).rejects.toMatchObject({ status: 404 });
  });
});

/** Each answer takes 13 tokens. */
describe("a budget of tokens", () => {
  const openOne = async () => (await listOpenGenerations(actor))[0];

  it("pauses before the request that it has no room for, and keeps the answers; with more it goes on by itself", async () => {
    const id = await start({ concurrency: 1 }, { tokenBudget: 39 });
    await tick(id);
    expect(asked).toHaveLength(3);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason: "budget_reached", done: 3 });
    await expect(changeGeneration(actor, id, "resume")).rejects.toMatchObject({ status: 409, code: "budget_reached" });
    expect((await stateOf(id)).state).toBe("paused");

    await changeGenerationBudget(actor, id, 70);
    expect(await openOne()).toMatchObject({ state: "queued", reason: null, spending: { tokenBudget: 70 } });
    await tick(id);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason: "budget_reached", done: 6 });
    await changeGenerationBudget(actor, id, null);
    await tick(id);
    expect(await stateOf(id)).toMatchObject({ state: "succeeded", done: prompts });
    expect(asked).toHaveLength(prompts);
    const entries = await database().auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: "asc" } });
    expect(entries.map(({ action, detail }) => [action, (detail as { tokenBudget?: number }).tokenBudget])).toEqual([
      ["generations.start", 39],
      ["generations.change-budget", 70],
      ["generations.resume", undefined],
      ["generations.change-budget", null],
      ["generations.resume", undefined],
    ]);
  });

  it("is exceeded by one answer at most, also by many requests at a time", async () => {
    const id = await start({ concurrency: 9 }, { tokenBudget: 60 });
    await tick(id);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason: "budget_reached" });
    expect(asked).toHaveLength(5);
  });

  it("may be lowered while it runs, and stops there; what others paused stays paused", async () => {
    const id = await start({ concurrency: 1 });
    let answered = 0;
    let lowered: Promise<void> | undefined;
    answerWith = () => {
      answered += 1;
      if (answered === 2) lowered = changeGenerationBudget(actor, id, 20);
      return completion("ja");
    };
    await tick(id);
    await lowered;
    expect(answered).toBeLessThan(prompts);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason: "budget_reached" });
    await changeGenerationBudget(actor, id, 1_000_000);
    await changeGeneration(actor, id, "pause");
    await changeGenerationBudget(actor, id, 2_000_000);
    expect((await stateOf(id)).state).toBe("paused");
    await changeGeneration(actor, id, "cancel");
    await expect(changeGenerationBudget(actor, id, 5)).rejects.toMatchObject({ status: 409, code: "generation_state" });
  });

  it("can't be kept where the endpoint does not count, which is said; without one its answers are taken all the same", async () => {
    answerWith = () => ({
      status: 200,
      body: '{"choices":[{"message":{"content":"ja"}}],"usage":{"prompt_tokens":-1}}',
    });
    const id = await start({ concurrency: 1 }, { tokenBudget: 1000 });
    await tick(id);
    expect(await reasonOf()).toMatchObject({ state: "paused", reason: "usage_unknown" });
    await changeGenerationBudget(actor, id, 2000);
    expect((await stateOf(id)).state).toBe("paused");
    await changeGenerationBudget(actor, id, null);
    await tick(id);
    expect(await stateOf(id)).toMatchObject({ state: "succeeded", uncounted: prompts, promptTokens: 0n });
    const [set] = await listAnswerSets(actor);
    expect(set?.endpoint?.spending).toMatchObject({ uncounted: prompts, expectedTokens: null });
    const { answers } = await listAnswers(actor, set?.id ?? "", {});
    expect(answers[0]).toMatchObject({ text: "ja", tokens: null });
  });

  it("is told with what all answers will take and cost by those so far, at the price of the start", async () => {
    const id = await start(
      { concurrency: 1 },
      { tokenBudget: 65, price: { prompt: 20_000, completion: 100_000, currency: "CHF" } },
    );
    const { endpointId } = await stateOf(id);
    await changeEndpoint(actor, endpointId, { price: null });
    await tick(id);
    expect((await openOne())?.spending).toEqual({
      ...{ tokenBudget: 65, promptTokens: 50, completionTokens: 15, uncounted: 0, expectedTokens: 13 * prompts },
      ...{ currency: "CHF", cost: 2.5, expectedCost: 4.5 },
    });
  });
});

describe.skipIf(!hasTestPython)("the runner's own endpoint (skipped where STUDIO_TEST_PYTHON names no Python)", () => {
  it("answers a prompt set, the same with the same seed", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "studio-endpoint-"));
    const model = path.join(folder, "klein");
    const runner = path.resolve("runner");
    const env = {
      ...process.env,
      ...{ PYTHONPATH: `${path.join(runner, "src")}:${path.join(runner, "tests")}`, OMP_NUM_THREADS: "1" },
      ...{ DEFINEMED_ENDPOINT_TOKEN: "secret key", DEFINEMED_DIE_WITH_PARENT: "1" },
    };
    const script = `from pathlib import Path
from language_models.tiny_models import make_model
make_model(Path(${JSON.stringify(model)}), 1, chat=True)`;
    const made = spawnSync(testPython, ["-c", script], { env, encoding: "utf8" });
    expect(made.stderr).not.toContain("Error");
    const words = ["-m", "definemed_runner.local_endpoint", "--model", model, "--threads", "1"];
    const process_ = spawn(testPython, words, { env, stdio: ["ignore", "pipe", "ignore"] });
    try {
      const address = await new Promise<string>((resolve, reject) => {
        process_.once("exit", (code) => reject(new Error(`the endpoint ended with ${code}`)));
        createInterface({ input: process_.stdout }).on("line", (line) => {
          const said = JSON.parse(line) as { phase?: string; address?: string };
          if (said.phase === "ready") resolve(said.address ?? "");
        });
      });
      const settings = { maxNewTokens: 12, temperature: 1 };
      for (let round = 0; round < 2; round++) await tick(await start(settings, { address }));
      const sets = await listAnswerSets(actor);
      expect(sets).toHaveLength(2);
      const texts = await Promise.all(
        sets.map(async ({ id }) => (await listAnswers(actor, id, {})).answers.map(({ text }) => text)),
      );
      expect(texts[0]).toEqual(texts[1]);
      expect(new Set(texts[0]).size).toBeGreaterThan(1);
    } finally {
      process_.removeAllListeners("exit");
      process_.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
