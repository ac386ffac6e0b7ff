import { useFormatter, useTranslations } from "next-intl";
import { planVotes } from "@/lib/judging/rules";
import { smallestWinRateTold, votesNeeded } from "@/lib/stats/planning/votes-needed";

/** Before people give their time: how many votes it takes, and what they can tell. */
export function VotePlan(props: { answers: number[]; votesPerPair: number; judges: number }) {
  const t = useTranslations("judging.plan");
  const format = useFormatter();
  const { votes, votesOfTwo, votesOfJudge } = planVotes(props);
  if (votes === 0) return <p className="text-sm text-muted">{t("nothingYet")}</p>;
  const told = smallestWinRateTold(votesOfTwo);
  const percent = (share: number) => format.number(share, { style: "percent" });
  return (
    <div aria-live="polite" className="flex flex-col gap-1 rounded-base bg-sunken px-3 py-2 text-sm">
      <p>{t("votes", { votes, votesOfTwo, votesOfJudge, contestants: props.answers.length })}</p>
      {/* Rounded up, so that it never promises more. */}
      <p>{told === null ? t("tellsNothing") : t("tells", { winRate: percent(Math.ceil(told * 100) / 100) })}</p>
      <p className="text-muted">
        {t("needed", {
          ...{ larger: percent(0.6), votesForLarger: votesNeeded(0.6) },
          ...{ smaller: percent(0.55), votesForSmaller: votesNeeded(0.55) },
        })}
      </p>
    </div>
  );
}
