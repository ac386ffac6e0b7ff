import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { AnswerSets } from "@/components/generations/answer-sets";
import { MeasuredAccuracy } from "@/components/generations/measured-accuracy";
import { OpenGenerations } from "@/components/generations/open-generations";
import { PromptSets } from "@/components/generations/prompt-sets";
import { StartEndpointGeneration } from "@/components/generations/start-endpoint-generation";
import { StartGeneration } from "@/components/generations/start-generation";
import { OpenRuns } from "@/components/models/open-runs";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { listOpenRuns } from "@/lib/compute/list-open-runs";
import { measuredAccuracy } from "@/lib/generations/measured-accuracy";
import { listPromptSets } from "@/lib/generations/prompt-sets";
import { listAnswerSets } from "@/lib/generations/read-answers";
import { listOpenGenerations } from "@/lib/generations/read-generations";
import { listEndpoints } from "@/lib/labelling/endpoints";
import { listCheckpoints } from "@/lib/models/checkpoints";
import { may } from "@/lib/studies/actor";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("answers"))("title") };
}

export default async function AnswersPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "answers.read");
  const [answerSets, promptSets, checkpoints, endpoints, asked, open, t] = await Promise.all([
    listAnswerSets(actor),
    listPromptSets(actor),
    listCheckpoints(actor, ["base", "pretrained", "merged"]),
    listEndpoints(),
    listOpenGenerations(actor),
    listOpenRuns(actor, ["generate", "analyse-answers"]),
    getTranslations("answers"),
  ]);
  const ready = promptSets.length > 0 && checkpoints.length > 0;
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          may(actor, "runs.start") ? (
            <>
              {ready ? <StartGeneration studyId={studyId} checkpoints={checkpoints} promptSets={promptSets} /> : null}
              {promptSets.length > 0 && endpoints.length > 0 ? (
                <StartEndpointGeneration studyId={studyId} endpoints={endpoints} promptSets={promptSets} />
              ) : null}
            </>
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        <OpenGenerations studyId={studyId} initial={asked} mayRun={may(actor, "runs.start")} />
        <OpenRuns studyId={studyId} runs={open} />
        {answerSets.length > 0 ? <AnswerSets studyId={studyId} answerSets={answerSets} /> : null}
        {answerSets.length > 0 ? <MeasuredAccuracy accuracy={measuredAccuracy()} /> : null}
        {answerSets.length === 0 && open.length === 0 && asked.length === 0 ? (
          <EmptyState title={t("none")}>{ready ? t("noneHint") : t("needs")}</EmptyState>
        ) : null}
        <PromptSets studyId={studyId} promptSets={promptSets} mayChange={may(actor, "answers.change")} />
      </div>
    </>
  );
}
