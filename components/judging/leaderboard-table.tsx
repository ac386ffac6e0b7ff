import { useFormatter, useTranslations } from "next-intl";
import { Figure } from "@/components/ui/figure";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { Contestant, LeaderboardView } from "@/lib/judging/schema";

/** `1–2` where the intervals do not tell the checkpoints apart. */
export function rankOf({ rank }: Pick<Contestant, "rank">): string {
  if (!rank) return "–";
  return rank.lower === rank.upper ? String(rank.lower) : `${rank.lower}–${rank.upper}`;
}

export function LeaderboardTable({ leaderboard }: { leaderboard: LeaderboardView }) {
  const t = useTranslations("leaderboard");
  const format = useFormatter();
  return (
    <Table
      caption={t("title")}
      head={
        <>
          <HeadCell number>{t("rank")}</HeadCell>
          <HeadCell>{t("model")}</HeadCell>
          <HeadCell number>{t("winRate")}</HeadCell>
          <HeadCell number>n</HeadCell>
          <HeadCell number className="whitespace-normal!">
            {t("strength")}
          </HeadCell>
          <HeadCell number className="min-w-36 whitespace-normal!">
            {t("outcomes")}
          </HeadCell>
          <HeadCell number>{t("mixed")}</HeadCell>
          <HeadCell number className="whitespace-normal!">
            {t("meanWords")}
          </HeadCell>
        </>
      }
    >
      {leaderboard.contestants.map((contestant) => {
        const n = contestant.wins + contestant.ties + contestant.losses;
        return (
          <tr key={contestant.answerSetId}>
            <Cell number className="font-semibold">
              {rankOf(contestant)}
            </Cell>
            <Cell className="font-semibold sm:whitespace-nowrap">{contestant.name}</Cell>
            <Cell number>
              <Figure estimate={contestant.winRate} percent />
            </Cell>
            <Cell number>{format.number(n)}</Cell>
            <Cell number>
              <Figure estimate={contestant.strength && { ...contestant.strength, n }} />
            </Cell>
            <Cell number>
              {[contestant.wins, contestant.ties, contestant.losses].map((count) => format.number(count)).join(" – ")}
            </Cell>
            <Cell number>
              <Figure estimate={contestant.mixed} percent />
            </Cell>
            <Cell number>
              {contestant.meanWords === null ? "–" : format.number(contestant.meanWords, { maximumFractionDigits: 0 })}
            </Cell>
          </tr>
        );
      })}
    </Table>
  );
}
