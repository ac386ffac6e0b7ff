import { randomUUID } from "node:crypto";
import { NextRequest } from "next/server";
import { beforeEach, describe, expect, it } from "vitest";
import { createToken, listTokens, revokeToken } from "@/lib/auth/tokens";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { cookieOf, makeMember, makeStudy } from "@/lib/studies/testing/people";
import { makeRound } from "@/lib/validation/testing/make-round";
import { GET as getAudit } from "./v1/studies/[studyId]/audit/route";
import { POST as postPretraining } from "./v1/studies/[studyId]/pretraining/route";
import { POST as postPrompt } from "./v1/studies/[studyId]/prompts/route";
import { POST as postClaims } from "./v1/studies/[studyId]/rounds/[roundId]/claims/route";
import { POST as postDecisions } from "./v1/studies/[studyId]/rounds/[roundId]/decisions/route";

useTestDatabase();

type Route = (request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
type Sent = {
  params: Record<string, string>;
  body?: unknown;
  /** as it goes over the wire, in place of `body` */
  raw?: BodyInit;
  cookie?: string;
  token?: string;
  language?: "de" | "en";
  headers?: Record<string, string>;
  query?: string;
};

async function ask(route: Route, method: "GET" | "POST", sent: Sent) {
  const request = new NextRequest(`http://studio.test/api/v1/some/path${sent.query ?? ""}`, {
    method,
    headers: {
      origin: "http://studio.test",
      host: "studio.test",
      "content-type": "application/json",
      "accept-language": sent.language ?? "en",
      ...(sent.cookie ? { cookie: sent.cookie } : {}),
      ...(sent.token ? { authorization: `Bearer ${sent.token}` } : {}),
      ...sent.headers,
    },
    body: method === "GET" ? undefined : (sent.raw ?? JSON.stringify(sent.body)),
  });
  const response = await route(request, { params: Promise.resolve(sent.params) });
  return { status: response.status, json: await response.json().catch(() => null) };
}
const post = (route: Route, sent: Sent) => ask(route, "POST", sent);

describe("a request that the studio can't carry out", () => {
  let researcher: StudyActor;
  let params: { studyId: string };
  let cookie: string;
  const prompts = () => database().labellingPrompt.count({ where: { studyId: researcher.studyId } });
  beforeEach(async () => {
    researcher = await makeMember(await makeStudy(), "researcher");
    params = { studyId: researcher.studyId };
    cookie = await cookieOf(researcher);
  });
  const text = "Is this medical? {{document}}";

  it("is answered with one code and a sentence in the person's language", async () => {
    const raw = '{"text": ';
    const german = await post(postPrompt, { params, cookie, raw, language: "de" });
    const english = await post(postPrompt, { params, cookie, raw, language: "en" });
    expect(german).toMatchObject({ status: 400, json: { code: "json_malformed" } });
    expect(german.json.title).toContain("kein gültiges JSON");
    expect(english).toMatchObject({ status: 400, json: { code: "json_malformed" } });
    expect(english.json.title).toContain("not valid JSON");
    expect(await prompts()).toBe(0);
  });

  it.each([
    ["invalid UTF-8", { raw: Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x7d]) }, 400, "json_malformed"],
    ["no JSON at all", { raw: "<html><script>alert(1)</script></html>" }, 400, "json_malformed"],
    ["another content type", { raw: "text=a", headers: { "content-type": "text/plain" } }, 415, "json_expected"],
    ["a body above the limit", { raw: `{"text": "${"x".repeat(1024 * 1024)}"}` }, 413, "body_too_large"],
    ["a body that is a list", { body: [1] }, 400, "invalid_input"],
    ["another website", { body: {}, headers: { origin: "https://elsewhere.example" } }, 403, "cross_origin"],
    ["a NUL character", { body: { language: "de", text: `${text}\0`, note: "" } }, 400, "text_unstorable"],
    ["half a character", { body: { language: "de", text: `${text}\ud800`, note: "" } }, 400, "text_unstorable"],
    ["no place for the document", { body: { language: "de", text: "x".repeat(30) } }, 422, "prompt_placeholder"],
    ["a text above the limit", { body: { language: "de", text: text + "x".repeat(20_000) } }, 400, "invalid_input"],
  ] as [string, Partial<Sent>, number, string][])("with %s writes nothing", async (_, sent, status, code) => {
    expect(await post(postPrompt, { params, cookie, ...sent })).toMatchObject({ status, json: { code } });
    expect(await prompts()).toBe(0);
  });

  it("takes HTML, script and an escaped backslash before u0000 as the text that they are", async () => {
    const html = `<script>alert(1)</script> \\u0000 ${text}`;
    const answer = await post(postPrompt, { params, cookie, body: { language: "de", text: html, note: "" } });
    expect(answer.status).toBeLessThan(300);
    const stored = await database().labellingPrompt.findUniqueOrThrow({ where: { id: answer.json.id } });
    expect(stored.text).toBe(html);
  });

  it("names each field and what it may be, in the person's language", async () => {
    const parameters = { warmupSteps: -1, heldOutShare: 1.2, schedule: "stepwise", speed: 3 };
    const body = { name: "", corpusId: "x", parameters };
    const german = (await post(postPretraining, { params, cookie, body, language: "de" })).json;
    expect(german.code).toBe("invalid_input");
    const fields = Object.fromEntries(
      german.fields.map((field: { path: string; message: string }) => Object.values(field)),
    );
    expect(fields).toMatchObject({
      name: "darf nicht leer sein",
      corpusId: "muss eine Kennung (UUID) sein",
      baseId: "fehlt",
      "parameters.warmupSteps": "mindestens 0",
      "parameters.heldOutShare": "höchstens 0.5",
      "parameters.schedule": "möglich sind: linear, cosine",
      parameters: "unbekannt: speed",
    });
    const english = (await post(postPretraining, { params, cookie, body, language: "en" })).json;
    expect(english.fields).toContainEqual({ path: "parameters.heldOutShare", message: "at most 0.5" });
  });

  it("refuses what PostgreSQL could not store in the address too", async () => {
    const owner = await cookieOf(await makeMember(researcher.studyId, "owner"));
    const answer = await ask(getAudit, "GET", { params, cookie: owner, query: "?before=%00" });
    expect(answer).toMatchObject({ status: 400, json: { code: "text_unstorable" } });
  });
});

describe("somebody whose right to work ends", () => {
  let clinician: StudyActor;
  let params: { studyId: string; roundId: string };
  let body: { personId: string; decisions: { idempotencyKey: string; itemId: string }[] };
  const decisions = () => database().decision.count({ where: { roundId: params.roundId } });

  beforeEach(async () => {
    const studyId = await makeStudy();
    const owner = await makeMember(studyId, "owner");
    clinician = await makeMember(studyId, "clinician");
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 3 }] });
    params = { studyId, roundId };
    const claims = { personId: clinician.personId, count: 1, holding: [] };
    const { json } = await post(postClaims, { params, cookie: await cookieOf(clinician), body: claims });
    const decision = {
      idempotencyKey: randomUUID(),
      itemId: String(json.items[0].id),
      label: "medical",
      flags: [],
      note: "",
      activeMs: 1,
      decidedAt: new Date().toISOString(),
    };
    body = { personId: clinician.personId, decisions: [decision] };
  });

  const endings = {
    "has expired": () =>
      database().session.updateMany({ where: { personId: clinician.personId }, data: { expiresAt: new Date(0) } }),
    "was revoked": () =>
      database().session.updateMany({ where: { personId: clinician.personId }, data: { revokedAt: new Date() } }),
  };
  it.each(Object.entries(endings))("keeps their decision for later when the session %s mid-round", async (_, end) => {
    const cookie = await cookieOf(clinician);
    await end();
    const refused = await post(postDecisions, { params, cookie, body, language: "de" });
    expect(refused).toMatchObject({ status: 401, json: { code: "not_signed_in" } });
    expect(refused.json.title).toContain("Melden Sie sich erneut an; nichts ist verloren");
    expect(await decisions()).toBe(0);
    // The browser kept it; after signing in again the very same request is taken, and once only.
    const again = await cookieOf(clinician);
    const answers = await Promise.all([1, 2, 3].map(() => post(postDecisions, { params, cookie: again, body })));
    for (const { json } of answers) expect(json.results).toMatchObject([{ status: "kept" }]);
    expect(await decisions()).toBe(1);
  });

  it("is refused with an account that was closed, a cookie that is none, and one that somebody else signed", async () => {
    const cookie = await cookieOf(clinician);
    await database().person.update({ where: { id: clinician.personId }, data: { deactivatedAt: new Date() } });
    for (const kept of [cookie, "studio-session=nonsense", `${cookie.slice(0, -4)}AAAA`]) {
      const answer = await post(postDecisions, { params, cookie: kept, body });
      expect(answer).toMatchObject({ status: 401, json: { code: "not_signed_in" } });
    }
    expect(await decisions()).toBe(0);
  });

  it("is refused with a token that lacks the right, is unknown, has expired or was revoked", async () => {
    const tokenFor = (scopes: string[]) => createToken(clinician, { name: "t", scopes, days: 1 });
    const { token: reading } = await tokenFor(["rounds.read"]);
    const german = await post(postDecisions, { params, token: reading, body, language: "de" });
    expect(german).toMatchObject({ status: 403, json: { code: "forbidden" } });
    expect(german.json.title).toContain("rounds.decide");
    // A token can do no more than its person, whatever its scopes say.
    const { token: beyond } = await tokenFor(["labelling.run", "rounds.decide"]);
    const prompt = { language: "de", text: "Is this medical? {{document}}", note: "" };
    expect((await post(postPrompt, { params, token: beyond, body: prompt })).json.code).toBe("forbidden");
    const unknown = await post(postDecisions, { params, token: "dfm_unknown", body, language: "de" });
    expect(unknown).toMatchObject({ status: 401, json: { code: "token_invalid" } });
    expect(unknown.json.title).toContain("Erstellen Sie in den Einstellungen ein neues");
    expect((await post(postDecisions, { params, token: "nonsense", body })).json.code).toBe("token_invalid");
    await database().apiToken.updateMany({ data: { expiresAt: new Date(0) } });
    expect((await post(postDecisions, { params, token: beyond, body })).json.code).toBe("token_invalid");
    const { token } = await tokenFor(["rounds.decide"]);
    for (const { id } of await listTokens(clinician)) await revokeToken(clinician, id);
    expect((await post(postDecisions, { params, token, body })).json.code).toBe("token_invalid");
    expect(await decisions()).toBe(0);
    const { token: right } = await tokenFor(["rounds.decide"]);
    expect((await post(postDecisions, { params, token: right, body })).json.results).toMatchObject([
      { status: "kept" },
    ]);
  });

  it("finds nothing in another study, and is told nothing of it", async () => {
    const stranger = await makeMember(await makeStudy(), "owner");
    const cookie = await cookieOf(stranger);
    const elsewhere = { ...params, studyId: stranger.studyId };
    const claims = { personId: stranger.personId, count: 1, holding: [] };
    for (const place of [params, elsewhere]) {
      const answer = await post(postClaims, { params: place, cookie, body: claims });
      expect(answer).toMatchObject({ status: 404, json: { code: "not_found" } });
    }
  });
});
