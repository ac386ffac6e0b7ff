import { Prisma } from "@/lib/platform/database/client";

/**
 * Everything that people decided in these rounds with a measured time, hidden repeats and corrections too, as rows of
 * "roundId", "personId", "seconds", "decidedAt", "id". What was withdrawn stays: the time was spent.
 */
export const measuredDecisions = (roundIds: string[]) => Prisma.sql`
  select "roundId", "personId", "activeMs" / 1000.0 as "seconds", "decidedAt", "id" from "Decision"
  where "roundId" = any(${roundIds}::uuid[]) and "label" is not null and "activeMs" > 0
  union all
  select repeat."roundId", decision."personId", decision."activeMs" / 1000.0, decision."decidedAt", decision."id"
  from "Repeat" repeat join "RepeatDecision" decision on decision."repeatId" = repeat."id"
  where repeat."roundId" = any(${roundIds}::uuid[]) and decision."label" is not null and decision."activeMs" > 0`;

/** Median and quartiles of `seconds`, in paceSchema's names. */
export const paceColumns = Prisma.sql`
  count(*)::int as "n", percentile_cont(0.25) within group (order by "seconds")::float8 as "lowerQuartile",
  percentile_cont(0.5) within group (order by "seconds")::float8 as "median",
  percentile_cont(0.75) within group (order by "seconds")::float8 as "upperQuartile"`;
