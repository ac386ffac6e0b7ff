import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { ComparisonList } from "@/components/judging/comparison-list";
import { CreateComparison } from "@/components/judging/create-comparison";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { listAnswerSets } from "@/lib/generations/read-answers";
import { listComparisons } from "@/lib/judging/read-comparisons";
import { may } from "@/lib/studies/actor";
import { listMembers } from "@/lib/studies/members";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("judging"))("title") };
}

export default async function ComparisonsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "comparisons.read");
  const [comparisons, answerSets, { members }, t] = await Promise.all([
    listComparisons(actor),
    listAnswerSets(actor),
    listMembers(actor),
    getTranslations("judging"),
  ]);
  const ready = answerSets.some((set) =>
    answerSets.some((other) => other.promptSetId === set.promptSetId && other.checkpointId !== set.checkpointId),
  );
  const judges = members.map(({ personId, name }) => ({ personId, name }));
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          ready && may(actor, "comparisons.change") ? (
            <CreateComparison studyId={studyId} answerSets={answerSets} judges={judges} />
          ) : null
        }
      />
      {comparisons.length > 0 ? <ComparisonList studyId={studyId} comparisons={comparisons} /> : null}
      {comparisons.length === 0 ? (
        <EmptyState
          title={t("none")}
          action={ready ? null : <ButtonLink href={`/studies/${studyId}/answers`}>{t("toAnswers")}</ButtonLink>}
        >
          {t(ready ? "noneHint" : "needs")}
        </EmptyState>
      ) : null}
    </>
  );
}
