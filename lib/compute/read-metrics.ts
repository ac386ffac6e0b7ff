import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { MetricSeries } from "./schema";

type Row = { step: number; value: number; time: number; attempt: number; total: number };

/**
 * One curve of a run, of what counts. More points than `limit` are thinned out: the first, the last, and of each stretch
 * the lowest and the highest, so that no peak is lost.
 */
export async function readMetrics(actor: StudyActor, runId: string, name: string, limit = 2000): Promise<MetricSeries> {
  const run = await database().run.findFirst({ where: { id: runId, studyId: actor.studyId }, select: { id: true } });
  if (!run) throw notFound();
  const stretches = Math.max(1, Math.floor((limit - 2) / 2));
  const rows = await database().$queryRaw<Row[]>`
    with points as (
      select "step", "value", "time", "attempt",
        row_number() over (order by "step") as position, count(*) over () as total
      from "Metric"
      where "runId" = ${runId}::uuid and "name" = ${name} and not "superseded"
    ), ranked as (
      select *,
        row_number() over (partition by (position - 1) * ${stretches}::int / total order by "value", "step") as low,
        row_number() over (partition by (position - 1) * ${stretches}::int / total order by "value" desc, "step") as high
      from points
    )
    select "step", "value", extract(epoch from "time")::double precision as "time", "attempt", total::int as "total"
    from ranked
    where total <= ${limit}::int or low = 1 or high = 1 or position = 1 or position = total
    order by "step"`;
  return {
    name,
    total: rows[0]?.total ?? 0,
    points: rows.map(({ step, value, time, attempt }) => ({ step, value, time, attempt })),
  };
}
