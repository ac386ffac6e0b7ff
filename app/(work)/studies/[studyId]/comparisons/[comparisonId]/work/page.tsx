import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { WorkScreen } from "@/components/judging/work-screen";
import { ButtonLink } from "@/components/ui/button";
import { WorkRest } from "@/components/work/work-rest";
import { readJudgingWork } from "@/lib/judging/read-work";

type Props = { params: Promise<{ studyId: string; comparisonId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("judging.work"))("title") };
}

export default async function JudgePage(props: Props) {
  const { studyId, comparisonId } = await props.params;
  const actor = await requireStudyActor(studyId, "comparisons.vote");
  const [work, t] = await Promise.all([
    orNotFound(readJudgingWork(actor, comparisonId)),
    getTranslations("judging.work"),
  ]);
  if (work.state !== "open") {
    return (
      <div className="flex h-full flex-col">
        <WorkRest
          title={t(work.state === "draft" ? "notOpen" : "closed")}
          actions={
            <ButtonLink href={`/studies/${studyId}`} size="large" variant="primary">
              {t("toStudy")}
            </ButtonLink>
          }
        >
          <p>{t(work.state === "draft" ? "notOpenHint" : "closedHint", { name: work.name })}</p>
        </WorkRest>
      </div>
    );
  }
  return (
    <WorkScreen
      address={{ studyId, comparisonId, personId: actor.personId }}
      name={work.name}
      progress={work.progress}
    />
  );
}
