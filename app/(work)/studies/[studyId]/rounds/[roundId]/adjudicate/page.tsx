import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { ButtonLink } from "@/components/ui/button";
import { AdjudicationScreen } from "@/components/validation/adjudication/adjudication-screen";
import { WorkRest } from "@/components/work/work-rest";
import { readAdjudication } from "@/lib/validation/adjudication/read-adjudication";

type Props = { params: Promise<{ studyId: string; roundId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.adjudication"))("title") };
}

export default async function AdjudicatePage(props: Props) {
  const { studyId, roundId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.adjudicate");
  const [work, locale, t] = await Promise.all([
    orNotFound(readAdjudication(actor, roundId)),
    getLocale(),
    getTranslations("validation.work"),
  ]);
  if (!work.progress) {
    return (
      <div className="flex h-full flex-col">
        <WorkRest
          title={t("notOpen")}
          actions={
            <ButtonLink href={`/studies/${studyId}`} size="large" variant="primary">
              {t("toStudy")}
            </ButtonLink>
          }
        >
          <p>{t("notOpenHint", { name: work.name })}</p>
        </WorkRest>
      </div>
    );
  }
  return (
    <AdjudicationScreen
      address={{ studyId, roundId, personId: actor.personId }}
      name={work.name}
      instructions={work.instructions[locale]}
      highlightWords={work.highlightWords}
      progress={work.progress}
    />
  );
}
