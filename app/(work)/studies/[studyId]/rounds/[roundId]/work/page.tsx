import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { ButtonLink } from "@/components/ui/button";
import { OwnRecordFigures } from "@/components/validation/own-record/own-record";
import { RoundWork } from "@/components/validation/round-work";
import { WorkRest } from "@/components/work/work-rest";
import { readOwnRecord } from "@/lib/validation/own-record/read-own-records";
import { readWork } from "@/lib/validation/read-work";

type Props = { params: Promise<{ studyId: string; roundId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.work"))("title") };
}

export default async function WorkPage(props: Props) {
  const { studyId, roundId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.decide");
  const [work, locale, t] = await Promise.all([
    orNotFound(readWork(actor, roundId)),
    getLocale(),
    getTranslations("validation.work"),
  ]);
  if (work.state !== "open") {
    const record = await readOwnRecord(actor, roundId);
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
          {record ? <OwnRecordFigures record={record} /> : null}
        </WorkRest>
      </div>
    );
  }
  return (
    <RoundWork
      address={{ studyId, roundId, personId: actor.personId }}
      name={work.name}
      instructions={work.instructions[locale]}
      repeats={work.repeats}
      highlightWords={work.highlightWords}
      progress={work.progress}
      training={work.training}
    />
  );
}
