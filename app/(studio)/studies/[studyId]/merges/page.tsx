import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { CheckpointTable } from "@/components/models/checkpoint-table";
import { OpenRuns } from "@/components/models/open-runs";
import { StartMerge } from "@/components/models/start-merge";
import { Card, EmptyState, PageHeader } from "@/components/ui/surface";
import { listOpenRuns } from "@/lib/compute/list-open-runs";
import { listCheckpoints } from "@/lib/models/checkpoints";
import { may } from "@/lib/studies/actor";

export default async function MergesPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "checkpoints.read");
  const [checkpoints, open, t] = await Promise.all([
    listCheckpoints(actor, ["base", "pretrained", "merged"]),
    listOpenRuns(actor, ["merge"]),
    getTranslations("checkpoints"),
  ]);
  const merged = checkpoints.filter(({ kind }) => kind === "merged");
  const ready = checkpoints.length >= 2;
  return (
    <>
      <PageHeader
        title={t("merges")}
        description={t("mergesDescription")}
        actions={ready && may(actor, "runs.start") ? <StartMerge studyId={studyId} checkpoints={checkpoints} /> : null}
      />
      <div className="flex flex-col gap-6">
        <OpenRuns studyId={studyId} runs={open} />
        {merged.length > 0 ? (
          <Card title={t("merged")}>
            <CheckpointTable
              studyId={studyId}
              caption={t("merged")}
              checkpoints={merged}
              detail="merges"
              columns={[
                { key: "tensors", label: t("tensors"), digits: 0 },
                { key: "meanCosine", label: t("meanCosine"), digits: 6 },
                { key: "minCosine", label: t("minCosine"), digits: 6 },
              ]}
            />
          </Card>
        ) : open.length === 0 ? (
          <EmptyState title={t("nothingMerged")}>{ready ? t("nothingMergedHint") : t("needsTwo")}</EmptyState>
        ) : null}
      </div>
    </>
  );
}
