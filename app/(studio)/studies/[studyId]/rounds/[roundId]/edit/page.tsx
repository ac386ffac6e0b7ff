import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { PageHeader } from "@/components/ui/surface";
import { RoundForm } from "@/components/validation/round-form";
import { readRound } from "@/lib/validation/read-round";
import { readRoundOptions } from "@/lib/validation/read-round-options";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.form"))("editTitle") };
}

export default async function EditRoundPage(props: { params: Promise<{ studyId: string; roundId: string }> }) {
  const { studyId, roundId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.change");
  const [round, options, t] = await Promise.all([
    orNotFound(readRound(actor, roundId)),
    readRoundOptions(actor),
    getTranslations("validation.form"),
  ]);
  if (round.state !== "draft") redirect(`/studies/${studyId}/rounds/${roundId}`);
  return (
    <>
      <PageHeader title={t("editTitle")} description={t("newDescription")} />
      <RoundForm studyId={studyId} options={options} draft={round} />
    </>
  );
}
