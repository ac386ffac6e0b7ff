import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { DrawSample } from "@/components/samples/draw-sample";
import { SampleList } from "@/components/samples/sample-list";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { listSamples } from "@/lib/corpus/sampling/read-samples";
import { listTrainingCorpora } from "@/lib/models/list-training-corpora";
import { may } from "@/lib/studies/actor";

export default async function SamplesPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "samples.read");
  const [samples, corpora, t] = await Promise.all([
    listSamples(actor),
    listTrainingCorpora(actor),
    getTranslations("samples"),
  ]);
  const ready = corpora.length > 0 && may(actor, "samples.draw");
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          ready ? (
            <DrawSample
              studyId={studyId}
              number={samples.length + 1}
              corpora={[...corpora].sort((a, b) => b.documents - a.documents)}
            />
          ) : null
        }
      />
      {corpora.length === 0 ? (
        <EmptyState
          title={t("noCorpus")}
          action={
            <ButtonLink variant="primary" href={`/studies/${studyId}/corpora`}>
              {t("toCorpora")}
            </ButtonLink>
          }
        />
      ) : (
        <SampleList studyId={studyId} initial={samples} />
      )}
    </>
  );
}
