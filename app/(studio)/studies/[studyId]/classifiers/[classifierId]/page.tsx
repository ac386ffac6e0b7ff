import { notFound } from "next/navigation";
import { z } from "zod";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { ClassifierPage } from "@/components/classifiers/classifier-page";
import { readClassifier } from "@/lib/classifiers/read-classifiers";
import { may } from "@/lib/studies/actor";

type Props = { params: Promise<{ studyId: string; classifierId: string }> };

export default async function Page({ params }: Props) {
  const { studyId, classifierId } = await params;
  const actor = await requireStudyActor(studyId, "classifiers.read");
  if (!z.uuid().safeParse(classifierId).success) notFound();
  const classifier = await orNotFound(readClassifier(actor, classifierId));
  return <ClassifierPage studyId={studyId} classifier={classifier} mayChange={may(actor, "classifiers.change")} />;
}
