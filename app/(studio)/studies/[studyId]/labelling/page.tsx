import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { LabellingRuns } from "@/components/labelling/labelling-runs";
import { Prompts } from "@/components/labelling/prompts";
import { StartLabelling } from "@/components/labelling/start-labelling";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { listEndpoints } from "@/lib/labelling/endpoints";
import { listPrompts } from "@/lib/labelling/prompts";
import { listDraws, listLabellingRuns } from "@/lib/labelling/read-labelling";
import { may } from "@/lib/studies/actor";

export default async function LabellingPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "labelling.read");
  const [runs, prompts, endpoints, draws, t] = await Promise.all([
    listLabellingRuns(actor),
    listPrompts(actor),
    listEndpoints(),
    listDraws(actor),
    getTranslations("labelling"),
  ]);
  const ready = may(actor, "labelling.run") && draws.length > 0 && endpoints.length > 0;
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          ready ? <StartLabelling studyId={studyId} draws={draws} endpoints={endpoints} prompts={prompts} /> : null
        }
      />
      <div className="flex flex-col gap-6">
        {draws.length === 0 ? (
          <EmptyState
            title={t("noSample")}
            action={
              <ButtonLink variant="primary" href={`/studies/${studyId}/samples`}>
                {t("toSamples")}
              </ButtonLink>
            }
          >
            {t("noSampleHint")}
          </EmptyState>
        ) : null}
        {endpoints.length === 0 ? <EmptyState title={t("noEndpoint")}>{t("noEndpointHint")}</EmptyState> : null}
        {draws.length > 0 ? <LabellingRuns studyId={studyId} initial={runs} /> : null}
        <Prompts
          studyId={studyId}
          prompts={prompts}
          endpoints={endpoints}
          draws={draws}
          mayChange={may(actor, "labelling.run")}
        />
      </div>
    </>
  );
}
