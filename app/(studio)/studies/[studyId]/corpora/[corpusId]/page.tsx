import { notFound } from "next/navigation";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { CorpusPage } from "@/components/corpora/corpus-page";
import { readCorpus } from "@/lib/corpus/read-corpora";
import { may } from "@/lib/studies/actor";

type Props = { params: Promise<{ studyId: string; corpusId: string }> };

export default async function Page({ params }: Props) {
  const { studyId, corpusId } = await params;
  const actor = await requireStudyActor(studyId, "corpora.read");
  if (!z.uuid().safeParse(corpusId).success) notFound();
  const corpus = await orNotFound(readCorpus(actor, corpusId));
  return <CorpusPage studyId={studyId} initial={corpus} mayImport={may(actor, "corpora.import")} />;
}
