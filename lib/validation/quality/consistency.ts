import { comparePseudonyms } from "../pseudonyms";
import type { Consistency } from "./schema";
import { shareOfDocuments } from "./share-of-documents";

/** Of one person: documents that came to them a second time, and those of them decided the same as at first. */
export type RepeatCount = { person: string; repeats: number; same: number };

/** How often each person decided the same when a document came to them, hidden, a second time. */
export function consistencyOf(counts: RepeatCount[], nameOf: (pseudonym: string) => string): Consistency {
  return [...counts]
    .sort((a, b) => comparePseudonyms(a.person, b.person))
    .map(({ person, repeats, same }) => ({
      person: nameOf(person),
      repeats,
      same,
      share: shareOfDocuments(same, repeats),
    }));
}
