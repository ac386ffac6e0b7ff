import type { Role } from "@/lib/platform/database/generated/enums";

const everyone: readonly Role[] = ["clinician", "adjudicator", "researcher", "owner"];
const researchers: readonly Role[] = ["researcher", "owner"];
const owners: readonly Role[] = ["owner"];

/** Every permission within a study and the roles that have it. Operations name one of these. */
export const permissions = {
  "study.read": everyone,
  "study.change": owners,
  "members.read": researchers,
  "members.change": owners,
  "audit.read": owners,
  "corpora.read": researchers,
  "corpora.import": researchers,
  "samples.read": researchers,
  "samples.draw": researchers,
  "labelling.read": researchers,
  "labelling.run": researchers,
  "rounds.read": researchers,
  "rounds.change": researchers,
  // Texts, labels and every decision leave the studio, and decisions made elsewhere come in.
  "rounds.export": researchers,
  "rounds.import": researchers,
  // The work itself; that the person takes part in the round or comparison is checked beside it.
  "rounds.decide": everyone,
  // Settling what the people of a round left open; that it is not one's own document is checked beside it.
  "rounds.adjudicate": ["adjudicator", "owner"],
  "quality.read": researchers,
  "runs.read": researchers,
  "runs.start": researchers,
  "classifiers.read": researchers,
  "classifiers.change": researchers,
  "checkpoints.read": researchers,
  "checkpoints.change": researchers,
  "evaluations.read": researchers,
  "evaluations.change": researchers,
  "answers.read": researchers,
  "answers.change": researchers,
  "comparisons.read": researchers,
  "comparisons.change": researchers,
  "comparisons.vote": everyone,
  "leaderboard.read": researchers,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

export function mayRole(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissions, name);
}
