"use client";

import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { PointIntervalChart } from "@/components/charts/point-interval-chart";
import { Checkbox } from "@/components/ui/field";
import { Figure, KeyFigure } from "@/components/ui/figure";
import { LookAgain } from "@/components/ui/look-again";
import { Card, EmptyState, Notice } from "@/components/ui/surface";
import type { LeaderboardView } from "@/lib/judging/schema";
import { HeadToHead } from "./head-to-head";
import { LeaderboardExport } from "./leaderboard-export";
import { LeaderboardTable } from "./leaderboard-table";

const problems = ["empty_input", "models_not_connected", "no_finite_fit"] as const;
/** With fewer voters their spread says little of voters who were not asked. */
const fewVoters = 10;

export function Leaderboard(props: { name: string; leaderboard: LeaderboardView }) {
  const t = useTranslations("leaderboard");
  const router = useRouter();
  const path = usePathname();
  const { leaderboard } = props;
  const { fitProblem, contestants } = leaderboard;
  if (leaderboard.outdated && leaderboard.votesCast === 0) {
    return (
      <Notice>
        <p>{t("computing")}</p>
        <LookAgain seconds={3} />
      </Notice>
    );
  }
  if (leaderboard.votesCast === 0) return <EmptyState title={t("title")}>{t("none")}</EmptyState>;
  const points = contestants.flatMap(({ answerSetId, name, winRate }) =>
    winRate ? [{ id: answerSetId, label: name, value: winRate.value, ...winRate.interval, n: winRate.n }] : [],
  );
  return (
    <>
      <Card title={t("title")} actions={<LeaderboardExport name={props.name} leaderboard={leaderboard} />}>
        <div className="flex flex-col gap-4">
          <Checkbox
            checked={leaderboard.bothBadAsTie}
            onChange={(event) => router.replace(event.target.checked ? `${path}?bothBad=tie` : path, { scroll: false })}
            label={t("bothBadAsTie")}
          />
          {leaderboard.outdated ? (
            <Notice tone="attention">
              <p>{t("outdated")}</p>
              <LookAgain seconds={10} />
            </Notice>
          ) : null}
          {leaderboard.voters < fewVoters ? <Notice>{t("fewVoters", { count: leaderboard.voters })}</Notice> : null}
          {fitProblem ? (
            <Notice tone="attention" title={t("noFit")}>
              {t(`problems.${problems.find((code) => code === fitProblem.code) ?? "other"}`)}
            </Notice>
          ) : null}
          <LeaderboardTable leaderboard={leaderboard} />
          <p className="text-sm text-muted">
            <span className="font-semibold">{t("how")}: </span>
            {t("howText")}
          </p>
        </div>
      </Card>
      <div className="grid gap-6 lg:grid-cols-2">
        {points.length > 0 ? (
          <Card>
            <PointIntervalChart
              title={t("chart")}
              category={{ label: t("model") }}
              x={{ label: t("winRate"), domain: [0, 1], format: { style: "percent" } }}
              points={points}
              reference={{ value: 0.5, label: t("half") }}
            />
          </Card>
        ) : null}
        <Card>
          <SideFigures leaderboard={leaderboard} />
        </Card>
      </div>
      <Card title={t("headToHead")}>
        <HeadToHead leaderboard={leaderboard} />
      </Card>
    </>
  );
}

function SideFigures({ leaderboard }: { leaderboard: LeaderboardView }) {
  const t = useTranslations("leaderboard");
  return (
    <div className="grid gap-6 sm:grid-cols-3 lg:grid-cols-1 xl:grid-cols-3">
      <KeyFigure label={t("firstSlot")} note={t("firstSlotNote")}>
        <Figure estimate={leaderboard.firstSlot} percent />
      </KeyFigure>
      <KeyFigure label={t("bothBad")} note={t("bothBadNote")}>
        <Figure estimate={leaderboard.bothBad} percent />
      </KeyFigure>
      <KeyFigure label={t("cannotJudge")} note={t("cannotJudgeNote")}>
        <span className="tabular font-semibold">{leaderboard.cannotJudge}</span>
      </KeyFigure>
    </div>
  );
}
