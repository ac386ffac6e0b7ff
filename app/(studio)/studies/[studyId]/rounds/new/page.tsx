import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { PageHeader } from "@/components/ui/surface";
import { RoundForm } from "@/components/validation/round-form";
import { readRoundOptions } from "@/lib/validation/read-round-options";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.form"))("newTitle") };
}

export default async function NewRoundPage(props: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.change");
  const [options, t] = await Promise.all([readRoundOptions(actor), getTranslations("validation.form")]);
  return (
    <>
      <PageHeader title={t("newTitle")} description={t("newDescription")} />
      <RoundForm studyId={studyId} options={options} />
    </>
  );
}
