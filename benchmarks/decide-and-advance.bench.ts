/**
 * What passes between a decision and the next document: one request that submits the decision and one that claims the
 * next document, through the API's own routes, in a round of 10,000 items with LLM labels. The person holds four
 * documents, as the browser does. First one person, then eight at the same time in one process, as the web serves them.
 */
import { randomUUID } from "node:crypto";
import { NextRequest } from "next/server";
import { POST as claim } from "@/app/api/v1/studies/[studyId]/rounds/[roundId]/claims/route";
import { POST as submit } from "@/app/api/v1/studies/[studyId]/rounds/[roundId]/decisions/route";
import { closeDatabase } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { cookieOf } from "@/lib/studies/testing/people";
import { prefetchedItems } from "@/lib/validation/rules";
import { findViolations } from "@/lib/validation/testing/find-violations";
import { BareSql } from "./bare-sql";
import { printTimes, timed } from "./figures";
import { type MeasuredStudy, makeMeasuredStudy, openMeasuredRound } from "./measured-study";

const items = 10_000;
const labels = ["medical", "non_medical", "non_medical", "non_medical", "unsure"];

class Person {
  private readonly held: string[] = [];
  private decided = 0;

  private constructor(
    private readonly actor: StudyActor,
    private readonly roundId: string,
    private readonly cookie: string,
  ) {}

  static async begin(actor: StudyActor, roundId: string): Promise<Person> {
    const person = new Person(actor, roundId, await cookieOf(actor));
    await person.claim(prefetchedItems + 1);
    return person;
  }

  /** So many decisions, each with its next document; answers the times. */
  async decide(count: number): Promise<number[]> {
    const times: number[] = [];
    for (let done = 0; done < count && this.held.length > 0; done++) times.push(await timed(() => this.decideOne()));
    return times;
  }

  private async decideOne(): Promise<void> {
    const decision = {
      idempotencyKey: randomUUID(),
      itemId: this.held.shift(),
      label: labels[this.decided % labels.length],
      activeMs: 4000,
      decidedAt: new Date().toISOString(),
    };
    this.decided += 1;
    await this.ask("decisions", submit, { decisions: [decision] });
    await this.claim(1);
  }

  private async claim(count: number): Promise<void> {
    const { items } = await this.ask("claims", claim, { count, holding: this.held });
    this.held.push(...items.map((item: { id: string }) => item.id));
  }

  private async ask(path: string, route: typeof claim | typeof submit, body: object) {
    const { studyId, personId } = this.actor;
    const { roundId } = this;
    const request = new NextRequest(`http://studio.test/api/v1/studies/${studyId}/rounds/${roundId}/${path}`, {
      method: "POST",
      headers: {
        origin: "http://studio.test",
        host: "studio.test",
        "content-type": "application/json",
        cookie: this.cookie,
      },
      body: JSON.stringify({ personId, ...body }),
    });
    const response = await route(request, { params: Promise.resolve({ studyId, roundId }) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** Bare statements and decisions take turns, so that whatever else the machine does meets both. */
async function measureWith(study: MeasuredStudy, people: number, decisions: number): Promise<void> {
  const roundId = await openMeasuredRound(study);
  const bare = await BareSql.connect(people);
  const persons = await Promise.all(study.clinicians.slice(0, people).map((actor) => Person.begin(actor, roundId)));
  const turns = 10;
  const everyone = async (count: number) => (await Promise.all(persons.map((person) => person.decide(count)))).flat();
  await Promise.all([bare.reads(50), everyone(50)]);
  const [reads, writes, times]: number[][] = [[], [], []];
  for (let turn = 0; turn < turns; turn++) {
    reads?.push(...(await bare.reads(100)));
    writes?.push(...(await bare.writes(20)));
    times?.push(...(await everyone(decisions / turns)));
  }
  await bare.end();
  const violations = await findViolations(roundId);
  if (violations.length > 0) throw new Error(violations.join("\n"));
  const who = people === 1 ? "one person" : `${people} people at the same time`;
  printTimes(`Decide and advance, ${items} items, ${who}`, { name: "bare SQL", times: reads ?? [] }, [
    { name: "bare SQL that writes and commits", times: writes ?? [] },
    { name: "decide and advance", times: times ?? [] },
  ]);
}

const study = await makeMeasuredStudy(items, 8);
await measureWith(study, 1, 1000);
await measureWith(study, 8, 500);
await closeDatabase();
