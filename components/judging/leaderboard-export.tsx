"use client";

import { useTranslations } from "next-intl";
import { csvOf, download } from "@/components/charts/export-chart";
import { Button } from "@/components/ui/button";
import type { LeaderboardView } from "@/lib/judging/schema";
import { rankOf } from "./leaderboard-table";

/** The table as a spreadsheet reads it, and everything as it came from the server. */
export function LeaderboardExport(props: { name: string; leaderboard: LeaderboardView }) {
  const t = useTranslations("leaderboard");
  const { leaderboard } = props;
  const file = props.name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "leaderboard";
  const bounds = (key: string, label: string) => [
    { key, label },
    { key: `${key}Lower`, label: `${label}, ${t("lower")}` },
    { key: `${key}Upper`, label: `${label}, ${t("upper")}` },
  ];
  const columns = [
    { key: "rank", label: t("rank") },
    { key: "name", label: t("model") },
    ...bounds("winRate", t("winRate")),
    { key: "n", label: "n" },
    ...bounds("strength", t("strength")),
    { key: "wins", label: t("wins") },
    { key: "ties", label: t("ties") },
    { key: "losses", label: t("losses") },
    ...bounds("mixed", t("mixed")),
    { key: "meanWords", label: t("meanWords") },
  ];
  const rows = leaderboard.contestants.map((contestant) => ({
    rank: rankOf(contestant),
    name: contestant.name,
    winRate: contestant.winRate?.value ?? null,
    winRateLower: contestant.winRate?.interval.lower ?? null,
    winRateUpper: contestant.winRate?.interval.upper ?? null,
    n: contestant.wins + contestant.ties + contestant.losses,
    strength: contestant.strength?.value ?? null,
    strengthLower: contestant.strength?.interval.lower ?? null,
    strengthUpper: contestant.strength?.interval.upper ?? null,
    wins: contestant.wins,
    ties: contestant.ties,
    losses: contestant.losses,
    mixed: contestant.mixed?.value ?? null,
    mixedLower: contestant.mixed?.interval.lower ?? null,
    mixedUpper: contestant.mixed?.interval.upper ?? null,
    meanWords: contestant.meanWords,
  }));
  return (
    <>
      <Button
        size="small"
        onClick={() => download(`${file}.csv`, new Blob([csvOf(columns, rows)], { type: "text/csv;charset=utf-8" }))}
      >
        {t("csv")}
      </Button>
      <Button
        size="small"
        onClick={() =>
          download(
            `${file}.json`,
            new Blob([`${JSON.stringify(leaderboard, null, 2)}\n`], { type: "application/json" }),
          )
        }
      >
        {t("json")}
      </Button>
    </>
  );
}
