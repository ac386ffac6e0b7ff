import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { PageHeader } from "@/components/ui/surface";
import { EarlierImports } from "@/components/validation/annotations/earlier-imports";
import { ImportAnnotations } from "@/components/validation/annotations/import-annotations";
import { listAnnotationImports } from "@/lib/validation/annotations/read-import";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotations"))("title") };
}

export default async function ImportAnnotationsPage(props: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.import");
  const [imports, t] = await Promise.all([listAnnotationImports(actor), getTranslations("annotations")]);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="flex flex-col gap-6">
        <ImportAnnotations studyId={studyId} />
        <EarlierImports studyId={studyId} imports={imports} />
      </div>
    </>
  );
}
