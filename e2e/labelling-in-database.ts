/**
 * What a browser cannot see of a round, for labelling-survives-kills.spec.ts: `prepare PEOPLE DOCUMENTS` makes a study
 * with an open round and people who are signed in; `check ROUND` counts everything anew from the appended rows.
 */
import { closeDatabase, database } from "@/lib/platform/database/client";
import { cookieOf, makeMember, makeStudy } from "@/lib/studies/testing/people";
import { findViolations } from "@/lib/validation/testing/find-violations";
import { makeRound } from "@/lib/validation/testing/make-round";

export type Prepared = { studyId: string; roundId: string; people: { personId: string; cookie: string }[] };
/** `wanted`: decisions that the round wants; `current`: what counts of each person and document (or repeat) now. */
export type Checked = {
  violations: string[];
  wanted: number;
  decided: number;
  current: { personId: string; itemId: string; label: string | null }[];
};

async function prepare(people: number, documents: number): Promise<Prepared> {
  const studyId = await makeStudy();
  const owner = await makeMember(studyId, "owner");
  const clinicians = await Promise.all(Array.from({ length: people }, () => makeMember(studyId, "clinician")));
  const strata = [{ populationSize: 100 * documents, sampleSize: documents }];
  const { roundId } = await makeRound(owner, clinicians, { strata, doubleShare: 0.4, repeatShare: 0.1 });
  const signedIn = clinicians.map(async (clinician) => {
    return { personId: clinician.personId, cookie: await cookieOf(clinician) };
  });
  return { studyId, roundId, people: await Promise.all(signedIn) };
}

async function check(roundId: string): Promise<Checked> {
  const round = await database().round.findUniqueOrThrow({ where: { id: roundId } });
  const current = await database().$queryRaw<Checked["current"]>`
    select "personId", "roundItemId" as "itemId", "label"::text from "Decision" one
    where "roundId" = ${roundId}::uuid and not exists (select 1 from "Decision" later where later."correctsId" = one."id")
    union all
    select one."personId", "repeatId", one."label"::text
    from "RepeatDecision" one join "Repeat" repeat on repeat."id" = one."repeatId"
    where repeat."roundId" = ${roundId}::uuid
      and not exists (select 1 from "RepeatDecision" later where later."correctsId" = one."id")`;
  return { violations: await findViolations(roundId), wanted: round.wanted, decided: round.decided, current };
}

const [command, first = "", second = ""] = process.argv.slice(2);
const answer = command === "prepare" ? await prepare(Number(first), Number(second)) : await check(first);
process.stdout.write(JSON.stringify(answer));
await closeDatabase();
