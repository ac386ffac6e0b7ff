import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { OpenWork } from "@/components/home/open-work";
import { OwnRecords } from "@/components/home/own-records";
import { Road } from "@/components/home/road";
import { Walking } from "@/components/home/walking";
import { PageHeader } from "@/components/ui/surface";
import { listOpenJudging } from "@/lib/judging/read-work";
import { may } from "@/lib/studies/actor";
import { listOpenAdjudication } from "@/lib/validation/adjudication/read-adjudication";
import { listOpenWork } from "@/lib/validation/list-open-work";
import { listOwnRecords } from "@/lib/validation/own-record/read-own-records";
import { readStations } from "./stations";

export default async function StudyHome({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "study.read");
  const researcher = may(actor, "corpora.read");
  const [rounds, adjudications, comparisons, records, stations, t] = await Promise.all([
    listOpenWork(actor),
    listOpenAdjudication(actor),
    listOpenJudging(actor),
    listOwnRecords(actor),
    researcher ? readStations(actor) : null,
    getTranslations("home"),
  ]);
  return (
    <>
      <PageHeader title={actor.studyName} description={researcher ? t("description") : undefined} />
      <div className="flex flex-col gap-8">
        <OpenWork
          studyId={studyId}
          rounds={rounds}
          adjudications={adjudications}
          comparisons={comparisons}
          always={!researcher}
        />
        {researcher ? null : <OwnRecords records={records} />}
        {stations && actor.studyIsExample ? <Walking stations={stations} /> : null}
        {stations ? <Road studyId={studyId} stations={stations} /> : null}
        {researcher ? <OwnRecords records={records} /> : null}
      </div>
    </>
  );
}
