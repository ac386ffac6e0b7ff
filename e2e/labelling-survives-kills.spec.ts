import { type ChildProcess, spawn } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { anyFreePort } from "../supervisor/ports.mjs";
import { inDatabase } from "./in-database";
import type { Checked, Prepared } from "./labelling-in-database";
import { dataFolder } from "./studio";

/**
 * The queue against a studio as it runs, while its processes are killed: as its property test in lib/validation, with
 * real requests that get no answer, half an answer, or an answer after the deed. The studio is the test's own, so that
 * nobody else works in it.
 */

const ownFolder = `${dataFolder}-killed`;
let base: string;
let studio: ChildProcess;

const answers = () =>
  fetch(`${base}/sign-in`).then(
    ({ ok }) => ok,
    () => false,
  );

test.beforeAll(async () => {
  test.setTimeout(600_000);
  const port = await anyFreePort();
  base = `http://127.0.0.1:${port}`;
  const program = path.join(import.meta.dirname, "..", "supervisor", "testing", "e2e-studio.mjs");
  const options = ["--port", String(port), "--data", ownFolder, "--no-walk"];
  studio = spawn(process.execPath, [program, ...options], { stdio: "ignore" });
  await expect.poll(answers, { timeout: 300_000 }).toBe(true);
});

test.afterAll(async () => {
  test.setTimeout(120_000);
  if (studio.exitCode !== null) return;
  const ended = once(studio, "exit");
  studio.kill("SIGTERM");
  await ended;
});

const people = 12;
const documents = 150;
const killed = ["web", "postgres", "web", "worker", "postgres", "web"];

type Sent = { idempotencyKey: string; itemId: string; label: string | null; activeMs: number; decidedAt: string };

/** A browser: what it has in hand, what it has decided, and of that what the server has not confirmed (its outbox). */
class Clinician {
  readonly hand: string[] = [];
  readonly outbox: Sent[] = [];
  /** what the server confirmed last of each document */
  readonly confirmed = new Map<string, string | null>();
  /** decided and not taken back, newest last */
  readonly decided: string[] = [];
  refused: string[] = [];
  unanswered = 0;

  constructor(
    private readonly base: string,
    private readonly round: string,
    readonly personId: string,
    private readonly cookie: string,
  ) {}

  /** Null: no answer, and nobody knows whether it was done. */
  private async ask(part: string, body: object): Promise<{ [name: string]: unknown } | null> {
    try {
      const response = await fetch(`${this.base}${this.round}/${part}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: this.base, cookie: this.cookie },
        body: JSON.stringify({ personId: this.personId, ...body }),
        signal: AbortSignal.timeout(10_000),
      });
      if (response.status < 500) {
        expect(response.status, await response.clone().text()).toBeLessThan(300);
        return response.status === 204 ? {} : await response.json();
      }
    } catch (error) {
      if (error instanceof Error && error.message.includes("expect(")) throw error;
    }
    this.unanswered += 1;
    return null;
  }

  async claim(count: number): Promise<number | null> {
    const answer = (await this.ask("claims", { count, holding: this.hand })) as { items: { id: string }[] } | null;
    const fresh = answer?.items
      .map(({ id }) => id)
      .filter((id) => !this.hand.includes(id) && !this.decided.includes(id));
    if (fresh) this.hand.push(...fresh);
    return fresh?.length ?? null;
  }

  /** Sends all that is not confirmed, in its order; the same again where no answer came. */
  async send(): Promise<void> {
    const batch = this.outbox.slice(0, 20);
    if (batch.length === 0) return;
    type Results = { results: { idempotencyKey: string; status: string; code?: string }[] };
    const answer = (await this.ask("decisions", { decisions: batch })) as Results | null;
    for (const { idempotencyKey, status, code } of answer?.results ?? []) {
      const at = this.outbox.findIndex((one) => one.idempotencyKey === idempotencyKey);
      const [sent] = at >= 0 ? this.outbox.splice(at, 1) : [];
      if (sent && status === "kept") this.confirmed.set(sent.itemId, sent.label);
      if (sent && status !== "kept") this.refused.push(code ?? status);
    }
  }

  decide(itemId: string, label: string | null): void {
    const decidedAt = new Date().toISOString();
    this.outbox.push({ idempotencyKey: randomUUID(), itemId, label, activeMs: 3000, decidedAt });
  }

  async act(): Promise<void> {
    const dice = randomInt(10);
    const next = this.hand[0];
    if (next === undefined || dice === 0) await this.claim(4);
    else if (dice === 1) {
      this.hand.shift();
      if ((await this.ask("claims/skip", { itemId: next })) === null) this.hand.push(next);
    } else if (dice === 2 && this.decided.length > 0) {
      const itemId = this.decided.pop() as string;
      this.decide(itemId, null);
      this.hand.unshift(itemId);
    } else {
      this.hand.shift();
      this.decided.push(next);
      this.decide(next, ["medical", "non_medical", "unsure"][randomInt(3)] as string);
    }
    if (dice > 2) await this.send();
  }

  /** Works on until the server says that nothing is left. */
  async finish(): Promise<void> {
    for (;;) {
      for (const itemId of this.hand.splice(0)) {
        this.decided.push(itemId);
        this.decide(itemId, "medical");
      }
      while (this.outbox.length > 0) await this.send();
      if ((await this.claim(8)) === 0) return;
    }
  }
}

const processId = (name: string): number | undefined => {
  const listed = JSON.parse(readFileSync(path.join(ownFolder, "processes.json"), "utf8"));
  return listed.find((one: { name: string }) => one.name === name)?.processId;
};

test("nothing is lost, doubled or handed out too often while web, worker and database are killed", async () => {
  test.setTimeout(600_000);
  const {
    studyId,
    roundId,
    people: signedIn,
  } = inDatabase<Prepared>("labelling-in-database", ["prepare", `${people}`, `${documents}`], base, ownFolder);
  const round = `/api/v1/studies/${studyId}/rounds/${roundId}`;
  const clinicians = signedIn.map(({ personId, cookie }) => new Clinician(base, round, personId, cookie));

  let over = false;
  const kill = async () => {
    for (const name of killed) {
      await delay(1500 + randomInt(4000));
      const before = processId(name);
      if (before) process.kill(before, "SIGKILL");
      await expect
        .poll(() => processId(name) !== before && processId(name) !== undefined, { timeout: 300_000 })
        .toBe(true);
    }
    over = true;
  };
  const work = async (clinician: Clinician) => {
    while (!over) {
      await clinician.act();
      await delay(100 + randomInt(400));
    }
  };
  await Promise.all([kill(), ...clinicians.map(work)]);
  // There were moments without an answer, or nothing was tried.
  expect(clinicians.reduce((sum, { unanswered }) => sum + unanswered, 0)).toBeGreaterThan(0);
  await expect.poll(answers, { timeout: 300_000 }).toBe(true);

  const during = inDatabase<Checked>("labelling-in-database", ["check", roundId], base, ownFolder);
  expect(during.violations).toEqual([]);
  // What nobody knew to be claimed is given back by those who leave, and everyone goes on until nothing is left.
  await Promise.all(clinicians.map((clinician) => clinician.finish()));
  for (const clinician of clinicians) await clinician.finish();

  const after = inDatabase<Checked>("labelling-in-database", ["check", roundId], base, ownFolder);
  expect(after.violations).toEqual([]);
  expect(after.decided).toBe(after.wanted);
  const stored = new Map(after.current.map(({ personId, itemId, label }) => [`${personId} ${itemId}`, label]));
  for (const { personId, confirmed } of clinicians) {
    for (const [itemId, label] of confirmed) expect(stored.get(`${personId} ${itemId}`) ?? null).toBe(label);
  }
  expect(clinicians.flatMap(({ confirmed }) => [...confirmed])).toHaveLength(after.current.length);
  expect(clinicians.flatMap(({ refused }) => refused)).toEqual([]);
});
