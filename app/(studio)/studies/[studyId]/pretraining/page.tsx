import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { CheckpointTable } from "@/components/models/checkpoint-table";
import { OpenRuns } from "@/components/models/open-runs";
import { StartPretraining } from "@/components/models/start-pretraining";
import { ButtonLink } from "@/components/ui/button";
import { Card, EmptyState, PageHeader } from "@/components/ui/surface";
import { listOpenRuns } from "@/lib/compute/list-open-runs";
import { listCheckpoints } from "@/lib/models/checkpoints";
import { listTrainingCorpora } from "@/lib/models/list-training-corpora";
import { may } from "@/lib/studies/actor";

export default async function PretrainingPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "checkpoints.read");
  const [made, bases, corpora, open, t] = await Promise.all([
    listCheckpoints(actor, ["pretrained"]),
    listCheckpoints(actor, ["base", "pretrained", "merged"]),
    listTrainingCorpora(actor),
    listOpenRuns(actor, ["pretrain"]),
    getTranslations("checkpoints"),
  ]);
  const ready = corpora.length > 0 && bases.length > 0;
  return (
    <>
      <PageHeader
        title={t("pretraining")}
        description={t("pretrainingDescription")}
        actions={
          ready && may(actor, "runs.start") ? (
            <StartPretraining studyId={studyId} corpora={corpora} bases={bases} />
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        {corpora.length === 0 ? (
          <EmptyState
            title={t("noCorpus")}
            action={<ButtonLink href={`/studies/${studyId}/corpora`}>{t("toCorpora")}</ButtonLink>}
          />
        ) : null}
        {bases.length === 0 ? <EmptyState title={t("noBase")}>{t("noBaseHint")}</EmptyState> : null}
        <OpenRuns studyId={studyId} runs={open} />
        {made.length > 0 ? (
          <Card title={t("pretrained")}>
            <CheckpointTable
              studyId={studyId}
              caption={t("pretrained")}
              checkpoints={made}
              columns={[
                { key: "steps", label: t("steps"), digits: 0 },
                { key: "tokens", label: t("tokens"), digits: 0 },
                { key: "heldOutLossBefore", label: t("lossBefore"), digits: 3 },
                { key: "heldOutLossAfter", label: t("lossAfter"), digits: 3 },
                { key: "tokensPerSecond", label: t("tokensPerSecond"), digits: 0 },
              ]}
            />
            <p className="mt-3 text-sm text-muted">{t("lossHint")}</p>
          </Card>
        ) : ready && open.length === 0 ? (
          <EmptyState title={t("nothingPretrained")}>{t("nothingPretrainedHint")}</EmptyState>
        ) : null}
      </div>
    </>
  );
}
