import { notFound } from "next/navigation";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { SamplePage } from "@/components/samples/sample-page";
import { readSample } from "@/lib/corpus/sampling/read-samples";
import { may } from "@/lib/studies/actor";
import { readDrawOptions } from "@/lib/validation/sampling/read-draw-options";

type Props = {
  params: Promise<{ studyId: string; sampleId: string }>;
  searchParams: Promise<{ draw?: string | string[] }>;
};

const drawNumber = z.coerce.number().int().min(1).max(1_000_000).catch(1);

export default async function Page({ params, searchParams }: Props) {
  const { studyId, sampleId } = await params;
  const actor = await requireStudyActor(studyId, "samples.read");
  if (!z.uuid().safeParse(sampleId).success) notFound();
  const initial = await orNotFound(readSample(actor, sampleId, drawNumber.parse((await searchParams).draw)));
  return (
    <SamplePage
      studyId={studyId}
      initial={initial}
      mayDraw={may(actor, "samples.draw")}
      {...(await readDrawOptions(actor, sampleId))}
    />
  );
}
