import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { ButtonLink } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/surface";
import { TrainingEditor } from "@/components/validation/training/training-editor";
import { readRound } from "@/lib/validation/read-round";
import { readTraining } from "@/lib/validation/training/read-training";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.training"))("title") };
}

export default async function TrainingPage(props: { params: Promise<{ studyId: string; roundId: string }> }) {
  const { studyId, roundId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.change");
  const [round, training, t] = await Promise.all([
    orNotFound(readRound(actor, roundId)),
    orNotFound(readTraining(actor, roundId)),
    getTranslations("validation.training"),
  ]);
  const page = `/studies/${studyId}/rounds/${roundId}`;
  if (round.state === "closed") redirect(page);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("pageDescription", { round: round.name })}
        actions={<ButtonLink href={page}>{t("toRound")}</ButtonLink>}
      />
      <TrainingEditor studyId={studyId} roundId={roundId} training={training} />
    </>
  );
}
