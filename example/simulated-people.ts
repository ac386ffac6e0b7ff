import { createHash, randomUUID } from "node:crypto";
import { claimPairs } from "@/lib/judging/claim-pairs";
import type { VoteOutcome } from "@/lib/judging/schema";
import { submitVotes } from "@/lib/judging/submit-votes";
import { database } from "@/lib/platform/database/client";
import { enterStudy, type StudyActor } from "@/lib/studies/actor";
import { claimContested } from "@/lib/validation/adjudication/claim-contested";
import { submitAdjudications } from "@/lib/validation/adjudication/keep-adjudication";
import { claimItems } from "@/lib/validation/claim-items";
import type { DecisionLabel } from "@/lib/validation/schema";
import { submitDecisions } from "@/lib/validation/submit-decisions";

/** The simulated people of the example with this role, as members of its study. */
export async function simulatedMembers(studyId: string, role: "clinician" | "adjudicator"): Promise<StudyActor[]> {
  const members = await database().member.findMany({
    where: { studyId, role, person: { simulated: true } },
    include: { person: true },
    orderBy: { personId: "asc" },
  });
  return Promise.all(
    members.map(({ person }) => {
      const { id: personId, name, email, administrator, locale, theme } = person;
      return enterStudy({ personId, name, email, administrator, locale, theme, token: null }, studyId);
    }),
  );
}

/** A number in [0, 1) that is always the same for the same words. */
function chance(...words: string[]): number {
  return createHash("sha256").update(words.join(" ")).digest().readUInt32BE() / 2 ** 32;
}

/** Decides as the page's writer labelled it, but errs now and then, more often on the hard pages. */
function decide(
  person: StudyActor,
  documentId: string,
  attributes: { gold?: string; difficulty?: string },
): DecisionLabel {
  const hard = attributes.difficulty === "hard";
  const roll = chance("decision", person.email, documentId);
  if (hard && roll < 0.04) return "unsure";
  const errs = roll > (hard ? 0.9 : 0.99);
  return (attributes.gold === "medical") !== errs ? "medical" : "non_medical";
}

/** Works through a round until its queue has nothing more for the person. */
export async function decideAll(person: StudyActor, roundId: string): Promise<void> {
  for (;;) {
    const { items } = await claimItems(person, roundId, { personId: person.personId, count: 8, holding: [] });
    if (items.length === 0) return;
    const rows = await database().roundItem.findMany({
      where: { id: { in: items.map(({ id }) => id) } },
      select: { id: true, item: { select: { documentId: true, attributes: true } } },
    });
    await submitDecisions(person, roundId, {
      personId: person.personId,
      decisions: rows.map(({ id, item }) => ({
        idempotencyKey: randomUUID(),
        itemId: id,
        label: decide(person, item.documentId, item.attributes as { gold?: string; difficulty?: string }),
        flags: [],
        note: "",
        activeMs: Math.round(4000 + 12_000 * chance("time", person.email, item.documentId)),
        highlighted: false,
        decidedAt: new Date().toISOString(),
      })),
    });
  }
}

/** Settles what the others left open, as the pages' writer labelled it. */
export async function adjudicateAll(person: StudyActor, roundId: string): Promise<void> {
  const { personId } = person;
  for (;;) {
    const { items } = await claimContested(person, roundId, { personId, count: 4, holding: [] });
    if (items.length === 0) return;
    const rows = await database().roundItem.findMany({
      where: { id: { in: items.map(({ id }) => id) } },
      select: { id: true, item: { select: { documentId: true, attributes: true } } },
    });
    await submitAdjudications(person, roundId, {
      personId,
      adjudications: rows.map(({ id, item }) => ({
        idempotencyKey: randomUUID(),
        itemId: id,
        label: (item.attributes as { gold?: string }).gold === "medical" ? "medical" : "non_medical",
        note: "",
        activeMs: Math.round(8000 + 20_000 * chance("time", person.email, item.documentId)),
        highlighted: false,
        decidedAt: new Date().toISOString(),
      })),
    });
  }
}

/** Judges by the looks alone: German beats mixed, a finished answer beats a cut one; else by lot, with ties. */
function judge(
  person: StudyActor,
  pair: { id: string; first: string; second: string },
  mixed: Map<string, boolean>,
): VoteOutcome {
  const [firstMixed, secondMixed] = [mixed.get(pair.first) ?? false, mixed.get(pair.second) ?? false];
  const roll = chance("vote", person.email, pair.id);
  if (firstMixed && secondMixed && roll < 0.3) return "both_bad";
  if (firstMixed !== secondMixed && roll < 0.85) return firstMixed ? "second" : "first";
  if (roll < 0.2) return "tie";
  return roll < 0.62 ? "first" : "second";
}

export async function voteAll(person: StudyActor, comparisonId: string): Promise<void> {
  const answers = await database().answer.findMany({
    where: { answerSet: { entries: { some: { comparisonId } } } },
    select: { text: true, mixed: true },
  });
  const mixed = new Map(answers.map((answer) => [answer.text, answer.mixed ?? false]));
  for (;;) {
    const { pairs } = await claimPairs(person, comparisonId, { personId: person.personId, count: 8, holding: [] });
    if (pairs.length === 0) return;
    await submitVotes(person, comparisonId, {
      personId: person.personId,
      votes: pairs.map((pair) => ({
        idempotencyKey: randomUUID(),
        pairId: pair.id,
        outcome: judge(person, pair, mixed),
        reasons: [],
        note: "",
        recognised: false,
        activeMs: Math.round(15_000 + 30_000 * chance("time", person.email, pair.id)),
        highlighted: false,
        decidedAt: new Date().toISOString(),
      })),
    });
  }
}
