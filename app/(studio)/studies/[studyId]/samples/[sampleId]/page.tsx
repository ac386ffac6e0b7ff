import { notFound } from "next/navigation";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { SamplePage } from "@/components/samples/sample-page";
import { readSample } from "@/lib/corpus/sampling/read-samples";

type Props = { params: Promise<{ studyId: string; sampleId: string }> };

export default async function Page({ params }: Props) {
  const { studyId, sampleId } = await params;
  const actor = await requireStudyActor(studyId, "samples.read");
  if (!z.uuid().safeParse(sampleId).success) notFound();
  return <SamplePage studyId={studyId} initial={await orNotFound(readSample(actor, sampleId))} />;
}
