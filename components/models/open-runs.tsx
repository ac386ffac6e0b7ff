"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { LookAgain } from "@/components/ui/look-again";
import { Badge } from "@/components/ui/surface";

type OpenRunView = {
  id: string;
  name: string;
  state: "queued" | "running" | "failed";
  progress: { done: number; total: number };
};

const tones = { queued: "neutral", running: "accent", failed: "danger" } as const;

/** The runs that a station waits for; while there are some the page asks anew, so that their result appears by itself. */
export function OpenRuns(props: { studyId: string; runs: OpenRunView[] }) {
  const t = useTranslations("checkpoints");
  const format = useFormatter();
  const live = props.runs.some((run) => run.state !== "failed");
  if (props.runs.length === 0) return null;
  return (
    <ul className="flex flex-col gap-2">
      {live ? <LookAgain seconds={4} /> : null}
      {props.runs.map((run) => (
        <li key={run.id}>
          <Link
            href={`/studies/${props.studyId}/runs/${run.id}`}
            className="flex flex-wrap items-center gap-3 rounded-base border border-line bg-surface px-4 py-2 hover:border-accent"
          >
            <Badge tone={tones[run.state]}>{t(`runStates.${run.state}`)}</Badge>
            <span className="font-semibold">{run.name}</span>
            {run.state === "running" && run.progress.total > 0 ? (
              <span className="tabular text-muted">
                {format.number(run.progress.done / run.progress.total, { style: "percent" })}
              </span>
            ) : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}
