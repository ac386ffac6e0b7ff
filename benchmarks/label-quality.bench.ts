/**
 * What the server spends on the label quality of a round with 100,000 items in 12 strata from 40 sources and two labelling
 * runs: the page, which reads tallies, and what it asks for by itself, which groups rows.
 */
import { closeDatabase } from "@/lib/platform/database/client";
import { closeRound } from "@/lib/validation/close-round";
import { compareLabellings } from "@/lib/validation/quality/compare-labellings";
import { listDisputed } from "@/lib/validation/quality/list-disputed";
import { readParts } from "@/lib/validation/quality/read-parts";
import { readQuality } from "@/lib/validation/quality/read-quality";
import { tallyLabels } from "@/lib/validation/tally-labels";
import { BareSql } from "./bare-sql";
import { measure, printTimes } from "./figures";
import { decideInBulk, labelAll, makeMeasuredStudy, openMeasuredRound } from "./measured-study";

const items = 100_000;
const people = 20;

const study = await makeMeasuredStudy(items, people);
const { owner } = study;
const roundId = await openMeasuredRound(study);
const second = await labelAll(study.studyId, study.drawId, items, 500_000);
await tallyLabels(roundId, second);
const decisions = await decideInBulk(study, roundId, items * 0.9);
await tallyLabels(roundId, second);
await closeRound(owner, roundId);
const query = { labelling: study.labellingRunId, target: "like_these" as const };
const bare = await BareSql.connect();
const reference = { name: "bare SQL", times: await bare.reads(2000) };
const page = [await measure("label quality, the page", 100, () => readQuality(owner, roundId, query))];
const asked = [
  await measure("by stratum and by source", 20, () => readParts(owner, roundId, query)),
  await measure("two labelling runs", 20, () => compareLabellings(owner, roundId, { ...query, second })),
  await measure("most disputed documents", 20, () => listDisputed(owner, roundId)),
];
reference.times.push(...(await bare.reads(2000)));
const size = `${items} items, ${decisions} decisions of ${people} people`;
printTimes(`Label quality: server time without rendering (${size})`, reference, page);
printTimes("Asked for by itself, after the page", reference, asked);
await bare.end();
await closeDatabase();
