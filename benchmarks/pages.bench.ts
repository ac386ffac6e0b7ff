/**
 * What the server spends on the study home and the label quality of a study with 100,000 items, 100,000 LLM labels, more
 * than 100,000 decisions of 20 people, a classifier with 20,000 test documents and a comparison with 100,000 votes: who
 * asks (session and membership), and everything that the page reads.
 */
import { readStations, stationReaders } from "@/app/(studio)/studies/[studyId]/stations";
import { actorOfSession, sessionCookie } from "@/lib/auth/session";
import { fitLeaderboard } from "@/lib/judging/read-leaderboard";
import { listOpenJudging } from "@/lib/judging/read-work";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { enterStudy, may, type StudyActor } from "@/lib/studies/actor";
import { cookieOf } from "@/lib/studies/testing/people";
import { listOpenAdjudication } from "@/lib/validation/adjudication/read-adjudication";
import { listOpenWork } from "@/lib/validation/list-open-work";
import { readQuality } from "@/lib/validation/quality/read-quality";
import { readRound } from "@/lib/validation/read-round";
import { BareSql } from "./bare-sql";
import { measure, printTimes } from "./figures";
import {
  decideInBulk,
  makeMeasuredClassifier,
  makeMeasuredComparison,
  makeMeasuredStudy,
  openMeasuredRound,
} from "./measured-study";

const items = 100_000;
const people = 20;
const times = 100;

const study = await makeMeasuredStudy(items, people);
const roundId = await openMeasuredRound(study);
const decisions = await decideInBulk(study, roundId, items * 0.9);
await makeMeasuredClassifier(study);
const votes = await makeMeasuredComparison(study, 30, 115);
// As the worker leaves it.
for (const { id } of await database().comparison.findMany({ where: { studyId: study.studyId } })) {
  await fitLeaderboard.run({ comparisonId: id, bothBadAsTie: false }, { signal: new AbortController().signal });
}
const [clinician = study.owner] = study.clinicians;

async function enter(person: StudyActor): Promise<() => Promise<StudyActor>> {
  const cookie = (await cookieOf(person)).slice(sessionCookie.length + 1);
  return async () => {
    const actor = await actorOfSession(cookie);
    if (!actor) throw new Error("nobody is signed in");
    return enterStudy(actor, study.studyId);
  };
}

/** As app/(studio)/studies/[studyId]/page.tsx reads it. */
async function readHome(actor: StudyActor) {
  return Promise.all([
    listOpenWork(actor),
    listOpenAdjudication(actor),
    listOpenJudging(actor),
    may(actor, "corpora.read") ? readStations(actor) : null,
  ]);
}

/** As app/(studio)/studies/[studyId]/rounds/[roundId]/quality/page.tsx reads it. */
async function readQualityPage(actor: StudyActor) {
  await readRound(actor, roundId);
  return readQuality(actor, roundId, { target: "like_these" });
}

const enterAsOwner = await enter(study.owner);
const enterAsClinician = await enter(clinician);
const bare = await BareSql.connect();
await readHome(study.owner);
const reference = { name: "bare SQL", times: await bare.reads(2000) };
const pages = [
  await measure("who asks (session, membership)", times, enterAsOwner),
  await measure("study home, owner", times, async () => readHome(await enterAsOwner())),
  await measure("study home, clinician", times, async () => readHome(await enterAsClinician())),
  await measure("label quality", times, async () => readQualityPage(await enterAsOwner())),
];
const parts = [
  await measure("open rounds (clinician)", times, () => listOpenWork(clinician)),
  await measure("open comparisons (clinician)", times, () => listOpenJudging(clinician)),
];
for (const [name, read] of Object.entries(stationReaders)) {
  parts.push(await measure(`station ${name}`, times, () => read(study.owner)));
}
reference.times.push(...(await bare.reads(2000)));
const size = `${items} items, ${decisions} decisions of ${people} people, ${votes} votes`;
printTimes(`Pages: server time without rendering (${size})`, reference, pages);
printTimes("Parts of the study home, each by itself", reference, parts);
await bare.end();
await closeDatabase();
