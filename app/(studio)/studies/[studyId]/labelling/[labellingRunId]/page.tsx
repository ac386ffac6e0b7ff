import { notFound } from "next/navigation";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { LabellingRun } from "@/components/labelling/labelling-run";
import { readLabellingRun } from "@/lib/labelling/read-labelling";
import { may } from "@/lib/studies/actor";

type Props = { params: Promise<{ studyId: string; labellingRunId: string }> };

export default async function LabellingRunPage({ params }: Props) {
  const { studyId, labellingRunId } = await params;
  const actor = await requireStudyActor(studyId, "labelling.read");
  if (!z.uuid().safeParse(labellingRunId).success) notFound();
  const run = await orNotFound(readLabellingRun(actor, labellingRunId));
  return <LabellingRun studyId={studyId} initial={run} mayRun={may(actor, "labelling.run")} />;
}
