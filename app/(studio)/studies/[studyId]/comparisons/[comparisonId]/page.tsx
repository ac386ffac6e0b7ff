import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { ComparisonActions } from "@/components/judging/comparison-actions";
import { ComparisonFacts } from "@/components/judging/comparison-facts";
import { ComparisonStateBadge } from "@/components/judging/comparison-state";
import { Leaderboard } from "@/components/judging/leaderboard";
import { ButtonLink } from "@/components/ui/button";
import { Notice, PageHeader } from "@/components/ui/surface";
import { readComparison, verifyBlinding } from "@/lib/judging/read-comparisons";
import { readLeaderboard } from "@/lib/judging/read-leaderboard";
import { may } from "@/lib/studies/actor";

type Props = {
  params: Promise<{ studyId: string; comparisonId: string }>;
  searchParams: Promise<{ bothBad?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("judging"))("title") };
}

export default async function ComparisonPage(props: Props) {
  const [{ studyId, comparisonId }, { bothBad }] = await Promise.all([props.params, props.searchParams]);
  const actor = await requireStudyActor(studyId, "comparisons.read");
  const comparison = await orNotFound(readComparison(actor, comparisonId));
  const shown = comparison.state !== "draft" && !comparison.judging && may(actor, "leaderboard.read");
  const [leaderboard, blinding, t, errors] = await Promise.all([
    shown ? readLeaderboard(actor, comparisonId, bothBad === "tie") : null,
    verifyBlinding(actor, comparisonId),
    getTranslations("judging"),
    getTranslations("errors"),
  ]);
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {comparison.name} <ComparisonStateBadge state={comparison.state} />
          </span>
        }
        actions={
          <>
            {may(actor, "comparisons.change") ? <ComparisonActions studyId={studyId} comparison={comparison} /> : null}
            {comparison.judging ? (
              <ButtonLink variant="primary" href={`/studies/${studyId}/comparisons/${comparisonId}/work`}>
                {t("judge")}
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <div className="flex flex-col gap-6">
        <ComparisonFacts studyId={studyId} comparison={comparison} blinding={blinding} />
        {comparison.state === "draft" ? <Notice>{t("draftHint")}</Notice> : null}
        {comparison.judging ? <Notice>{errors("still_judging")}</Notice> : null}
        {leaderboard ? <Leaderboard name={comparison.name} leaderboard={leaderboard} /> : null}
      </div>
    </>
  );
}
