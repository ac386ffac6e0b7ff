"use client";

import { useFormatter, useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button";
import { useDuration } from "@/components/ui/progress";
import { Card, EmptyState } from "@/components/ui/surface";

/** What waits for this very person; the first thing that a clinician sees. */
export function OpenWork(props: {
  studyId: string;
  rounds: { roundId: string; name: string; open: number; secondsLeft: number; deadline: string | null }[];
  adjudications: { roundId: string; name: string; open: number }[];
  comparisons: { comparisonId: string; name: string; open: number }[];
  /** also when there is nothing */
  always: boolean;
}) {
  const t = useTranslations("home");
  const format = useFormatter();
  const duration = useDuration();
  const comparisons = props.comparisons.filter(({ open }) => open > 0);
  if (props.rounds.length + props.adjudications.length + comparisons.length === 0) {
    return props.always ? <EmptyState title={t("noWork")} /> : null;
  }
  return (
    <Card title={t("yourWork")}>
      <ul className="flex flex-col gap-4">
        {props.rounds.map((round) => (
          <li key={round.roundId} className="flex flex-wrap items-center justify-between gap-3">
            <span>
              <span className="block font-semibold">{round.name}</span>
              <span className="text-muted">
                {t("openItems", { count: round.open })} · {duration(round.secondsLeft)}
                {round.deadline
                  ? ` · ${t("until", { date: format.dateTime(new Date(round.deadline), { dateStyle: "long", timeZone: "UTC" }) })}`
                  : null}
              </span>
            </span>
            <ButtonLink variant="primary" size="large" href={`/studies/${props.studyId}/rounds/${round.roundId}/work`}>
              {t("validate")}
            </ButtonLink>
          </li>
        ))}
        {props.adjudications.map((round) => (
          <li key={round.roundId} className="flex flex-wrap items-center justify-between gap-3">
            <span>
              <span className="block font-semibold">{round.name}</span>
              <span className="text-muted">{t("contestedItems", { count: round.open })}</span>
            </span>
            <ButtonLink size="large" href={`/studies/${props.studyId}/rounds/${round.roundId}/adjudicate`}>
              {t("adjudicate")}
            </ButtonLink>
          </li>
        ))}
        {comparisons.map((comparison) => (
          <li key={comparison.comparisonId} className="flex flex-wrap items-center justify-between gap-3">
            <span>
              <span className="block font-semibold">{comparison.name}</span>
              <span className="text-muted">{t("openPairs", { count: comparison.open })}</span>
            </span>
            <ButtonLink
              variant="primary"
              size="large"
              href={`/studies/${props.studyId}/comparisons/${comparison.comparisonId}/work`}
            >
              {t("judge")}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </Card>
  );
}
