/**
 * What the server spends on the label quality of rounds with 10,000 and 100,000 items in 12 strata from 40 sources and two
 * labelling runs: the page, which reads tallies, and what it asks for by itself, which groups rows. Words after `--`: other
 * numbers of items.
 */
import { closeDatabase } from "@/lib/platform/database/client";
import { closeRound } from "@/lib/validation/close-round";
import { compareLabellings } from "@/lib/validation/quality/compare-labellings";
import { listDisputed } from "@/lib/validation/quality/list-disputed";
import { readParts } from "@/lib/validation/quality/read-parts";
import { readQuality } from "@/lib/validation/quality/read-quality";
import { tallyLabels } from "@/lib/validation/tally-labels";
import { BareSql } from "./bare-sql";
import { measure, median, printTimes } from "./figures";
import { decideInBulk, labelAll, makeMeasuredStudy, openMeasuredRound } from "./measured-study";

const people = 20;
const given = process.argv.slice(2).map(Number).filter(Boolean);

async function makeRound(items: number) {
  const study = await makeMeasuredStudy(items, people);
  const roundId = await openMeasuredRound(study);
  const second = await labelAll(study.studyId, study.drawId, items, 500_000);
  await tallyLabels(roundId, second);
  const decisions = await decideInBulk(study, roundId, items * 0.9);
  await tallyLabels(roundId, second);
  await closeRound(study.owner, roundId);
  return { owner: study.owner, roundId, second, labelling: study.labellingRunId, decisions, items };
}

const rounds = [];
for (const items of given.length > 0 ? given : [10_000, 100_000]) rounds.push(await makeRound(items));
const bare = await BareSql.connect();
const reference = { name: "bare SQL", times: await bare.reads(2000) };
const pages = rounds.map(({ decisions }) => ({ name: `the page, ${decisions} decisions`, times: [] as number[] }));
// In turns, so that whatever else the machine does meets all sizes.
for (let turn = 0; turn < 10; turn++) {
  for (const [at, { owner, roundId, labelling }] of rounds.entries()) {
    const query = { labelling, target: "like_these" as const };
    pages[at]?.times.push(...(await measure("", 10, () => readQuality(owner, roundId, query))).times);
  }
}
const [largest] = rounds.slice(-1);
if (!largest) throw new Error("There is no round to measure.");
const { owner, roundId, second, labelling, items, decisions } = largest;
const query = { labelling, target: "like_these" as const };
const asked = [
  await measure("by stratum and by source", 20, () => readParts(owner, roundId, query)),
  await measure("two labelling runs", 20, () => compareLabellings(owner, roundId, { ...query, second })),
  await measure("most disputed documents", 20, () => listDisputed(owner, roundId)),
];
reference.times.push(...(await bare.reads(2000)));
printTimes("Label quality: server time without rendering", reference, pages);
printTimes(`Asked for by itself, after the page (${items} items, ${decisions} decisions)`, reference, asked);
const [first] = rounds;
if (first && rounds.length > 1) {
  const times = median(pages.at(-1)?.times ?? []) / median(pages[0]?.times ?? []);
  const more = (decisions / first.decisions).toFixed(1);
  process.stdout.write(`${more} times the decisions: the page takes ${times.toFixed(2)} times as long\n`);
}
await bare.end();
await closeDatabase();
