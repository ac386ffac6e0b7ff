/**
 * What quality-charts.spec.ts looks at: a study that shows the pace, with a round in which one person has decided on sixty
 * documents, ever more of them medical and ever faster, another on three; and one in which nobody has decided yet.
 */
import { closeDatabase, database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { cookieOf, makeMember, makeStudy } from "@/lib/studies/testing/people";
import { changeShowPace } from "@/lib/validation/pace/show-pace";
import { makeRound } from "@/lib/validation/testing/make-round";
import { claim, decide } from "@/lib/validation/testing/work";

export type Prepared = { studyId: string; roundId: string; emptyId: string; cookies: Record<string, string> };

const studyId = await makeStudy();
const [owner, researcher] = [await makeMember(studyId, "owner"), await makeMember(studyId, "researcher")];
const deciding = await Promise.all(["slow", "quick"].map(() => makeMember(studyId, "clinician")));
const strata = [{ populationSize: 1000, sampleSize: 80 }];
const { roundId } = await makeRound(owner, deciding, { strata });
const { roundId: emptyId } = await makeRound(owner, deciding, { strata });

async function decideOn(
  person: StudyActor | undefined,
  count: number,
  medical: (at: number) => boolean,
  first: number,
) {
  const start = Date.now() - 86_400_000;
  for (let at = 0; person && at < count; at++) {
    const [item] = (await claim(person, roundId, 1)).items;
    await decide(person, roundId, item?.id ?? "", medical(at) ? "medical" : "non_medical", {
      decidedAt: new Date(start + at * 60_000).toISOString(),
      activeMs: 1000 * (first - at / 4),
    });
  }
}

await decideOn(deciding[0], 60, (at) => at % 10 < Math.floor(at / 10) + 2, 25);
await decideOn(deciding[1], 3, () => false, 7);
// Two people of one name are two people.
await database().person.updateMany({
  where: { id: { in: deciding.map(({ personId }) => personId) } },
  data: { name: "Praxis" },
});
await changeShowPace(owner, { showPace: true });
const cookies = {
  owner: await cookieOf(owner),
  researcher: await cookieOf(researcher),
  clinician: await cookieOf(deciding[1] ?? owner),
};
process.stdout.write(JSON.stringify({ studyId, roundId, emptyId, cookies } satisfies Prepared));
await closeDatabase();
