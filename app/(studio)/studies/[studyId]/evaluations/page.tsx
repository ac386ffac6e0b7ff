import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { OpenRuns } from "@/components/models/open-runs";
import { EvaluationTable } from "@/components/multiple-choice/evaluation-table";
import { QuestionSets } from "@/components/multiple-choice/question-sets";
import { StartEvaluation } from "@/components/multiple-choice/start-evaluation";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { listOpenRuns } from "@/lib/compute/list-open-runs";
import { listCheckpoints } from "@/lib/models/checkpoints";
import { listQuestionSets } from "@/lib/multiple-choice/question-sets";
import { listEvaluations } from "@/lib/multiple-choice/read-evaluations";
import { may } from "@/lib/studies/actor";

export default async function EvaluationsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "evaluations.read");
  const [evaluations, questionSets, checkpoints, open, t] = await Promise.all([
    listEvaluations(actor),
    listQuestionSets(actor),
    listCheckpoints(actor, ["base", "pretrained", "merged"]),
    listOpenRuns(actor, ["evaluate"]),
    getTranslations("evaluations"),
  ]);
  const ready = questionSets.some(({ questions }) => questions > 0) && checkpoints.length > 0;
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          ready && may(actor, "runs.start") ? (
            <StartEvaluation studyId={studyId} checkpoints={checkpoints} questionSets={questionSets} />
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        <OpenRuns studyId={studyId} runs={open} />
        {evaluations.length > 0 ? <EvaluationTable studyId={studyId} evaluations={evaluations} /> : null}
        {evaluations.length === 0 && open.length === 0 ? (
          <EmptyState title={t("none")}>{ready ? t("noneHint") : t("needs")}</EmptyState>
        ) : null}
        <QuestionSets studyId={studyId} questionSets={questionSets} mayChange={may(actor, "evaluations.change")} />
      </div>
    </>
  );
}
