import { useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { LeaderboardView } from "@/lib/judging/schema";

/** Each checkpoint against each other, as the one in the row fared. */
export function HeadToHead({ leaderboard }: { leaderboard: LeaderboardView }) {
  const t = useTranslations("leaderboard");
  const { contestants, headToHead } = leaderboard;
  const between = (row: string, column: string) => {
    const cell = headToHead.find(
      ({ first, second }) => (first === row && second === column) || (first === column && second === row),
    );
    if (!cell) return "–";
    const [wins, losses] = cell.first === row ? [cell.firstWins, cell.secondWins] : [cell.secondWins, cell.firstWins];
    return `${wins} – ${cell.ties} – ${losses}`;
  };
  return (
    <>
      <Table
        caption={t("headToHead")}
        head={
          <>
            <HeadCell>{t("model")}</HeadCell>
            {contestants.map(({ answerSetId, name }) => (
              <HeadCell key={answerSetId} number className="max-w-56 truncate" title={name}>
                {name}
              </HeadCell>
            ))}
          </>
        }
      >
        {contestants.map((row) => (
          <tr key={row.answerSetId}>
            <th scope="row" className="border-b border-line px-3 py-2 text-left font-semibold sm:whitespace-nowrap">
              {row.name}
            </th>
            {contestants.map((column) => (
              <Cell key={column.answerSetId} number className={row === column ? "bg-sunken" : ""}>
                {row === column ? "" : between(row.answerSetId, column.answerSetId)}
              </Cell>
            ))}
          </tr>
        ))}
      </Table>
      <p className="mt-3 text-sm text-muted">{t("headToHeadHint")}</p>
    </>
  );
}
