import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import type { StudyActor } from "@/lib/studies/actor";
import { cookieOf } from "@/lib/studies/testing/people";
import { claimedAtOnce, prefetchedItems } from "@/lib/validation/rules";
import type { ClaimedItems } from "@/lib/validation/schema";
import type { Annotator } from "./annotate-loop";
import { HttpClient } from "./http-client";
import { end, freePort, untilReady } from "./label-studio-server";

/** The studio's web process as `npm start` runs it, on the benchmark's own database. */
export class Studio {
  private constructor(
    /** where it answers, without a path */
    readonly base: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(scratch: string): Promise<Studio> {
    const log = path.join(scratch, "studio.log");
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const output = openSync(log, "a");
    const child = spawn(
      process.execPath,
      ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
      {
        env: {
          ...process.env,
          STUDIO_MODE: "production",
          STUDIO_URL: base,
          NEXTAUTH_URL: base,
          NODE_ENV: "production",
        },
        stdio: ["ignore", output, output],
      },
    );
    closeSync(output);
    try {
      await untilReady(base, child, log);
    } catch (error) {
      await end(child);
      throw error;
    }
    return new Studio(base, child);
  }

  get processId(): number {
    return this.child.pid ?? 0;
  }

  /** People with a browser's session each. */
  annotators(roundId: string, people: StudyActor[]): Promise<Person[]> {
    return Promise.all(
      people.map(async (actor) => {
        const headers = { cookie: await cookieOf(actor), origin: this.base };
        return new Person(actor, roundId, new HttpClient(this.base, headers));
      }),
    );
  }

  end(): Promise<void> {
    return end(this.child);
  }
}

/** Asks for each document by itself, as Label Studio's clients do; `aheadOfTime`: as the studio's own work screen asks. */
export class Person implements Annotator {
  private readonly path: string;
  private hand: string[] = [];
  private aheadOfTime = false;

  constructor(
    private readonly actor: StudyActor,
    roundId: string,
    private readonly client: HttpClient,
  ) {
    this.path = `/api/v1/studies/${actor.studyId}/rounds/${roundId}`;
  }

  asTheBrowserAsks(): this {
    this.aheadOfTime = true;
    return this;
  }

  async next(): Promise<string | null> {
    if (!this.aheadOfTime) return (await this.claim(1))[0] ?? null;
    const missing = 1 + prefetchedItems - this.hand.length;
    if (missing > 0) this.hand.push(...(await this.claim(missing + claimedAtOnce - 1)));
    return this.hand.shift() ?? null;
  }

  async submit(itemId: string): Promise<void> {
    await this.decide([itemId]);
  }

  async claim(count: number): Promise<string[]> {
    const { personId } = this.actor;
    const { body } = await this.client.json("POST", `${this.path}/claims`, { personId, count, holding: this.hand });
    return (body as ClaimedItems).items.map(({ id }) => id);
  }

  async decide(itemIds: string[]): Promise<void> {
    const { personId } = this.actor;
    const decisions = itemIds.map((itemId) => ({
      ...{ idempotencyKey: randomUUID(), itemId, label: "medical", activeMs: 4500 },
      decidedAt: new Date().toISOString(),
    }));
    await this.client.json("POST", `${this.path}/decisions`, { personId, decisions });
  }
}
