import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { ClassifierTable } from "@/components/classifiers/classifier-table";
import { StartTraining } from "@/components/classifiers/start-training";
import { OpenRuns } from "@/components/models/open-runs";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { listLabelSources } from "@/lib/classifiers/list-sources";
import { listClassifiers } from "@/lib/classifiers/read-classifiers";
import { listOpenRuns } from "@/lib/compute/list-open-runs";
import { listCheckpoints } from "@/lib/models/checkpoints";
import { may } from "@/lib/studies/actor";

export default async function ClassifiersPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "classifiers.read");
  const [classifiers, sources, encoders, open, t] = await Promise.all([
    listClassifiers(actor),
    listLabelSources(actor),
    listCheckpoints(actor, ["encoder"]),
    listOpenRuns(actor, ["train-classifier"]),
    getTranslations("classifiers"),
  ]);
  const labels = sources.rounds.length + sources.labellingRuns.length > 0;
  const ready = labels && encoders.length > 0;
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          ready && may(actor, "runs.start") ? (
            <StartTraining studyId={studyId} sources={sources} encoders={encoders} />
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        {labels ? null : <EmptyState title={t("noLabels")}>{t("noLabelsHint")}</EmptyState>}
        {encoders.length === 0 ? <EmptyState title={t("noEncoder")}>{t("noEncoderHint")}</EmptyState> : null}
        <OpenRuns studyId={studyId} runs={open} />
        {classifiers.length > 0 ? <ClassifierTable studyId={studyId} classifiers={classifiers} /> : null}
        {ready && classifiers.length === 0 && open.length === 0 ? (
          <EmptyState title={t("none")}>{t("noneHint")}</EmptyState>
        ) : null}
      </div>
    </>
  );
}
