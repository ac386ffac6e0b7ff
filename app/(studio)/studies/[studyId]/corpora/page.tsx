import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { CorpusList } from "@/components/corpora/corpus-list";
import { ImportCorpus } from "@/components/corpora/import-corpus";
import { PageHeader } from "@/components/ui/surface";
import { listCorpora } from "@/lib/corpus/read-corpora";
import { environment } from "@/lib/platform/environment";
import { may } from "@/lib/studies/actor";

export default async function CorporaPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "corpora.read");
  const [corpora, t] = await Promise.all([listCorpora(actor), getTranslations("corpora")]);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          may(actor, "corpora.import") ? (
            <ImportCorpus studyId={studyId} importRoots={environment().importRoots} />
          ) : null
        }
      />
      <CorpusList studyId={studyId} initial={corpora} />
    </>
  );
}
