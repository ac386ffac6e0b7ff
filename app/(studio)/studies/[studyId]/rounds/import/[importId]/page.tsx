import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { PageHeader } from "@/components/ui/surface";
import { ImportResult } from "@/components/validation/annotations/import-result";
import { readAnnotationImport } from "@/lib/validation/annotations/read-import";
import { annotationImportParams } from "@/lib/validation/annotations/schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotations"))("title") };
}

export default async function AnnotationImportPage(props: { params: Promise<{ studyId: string; importId: string }> }) {
  const { studyId, importId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.import");
  if (!annotationImportParams.safeParse({ studyId, importId }).success) notFound();
  const view = await orNotFound(readAnnotationImport(actor, importId));
  return (
    <>
      <PageHeader title={view.name} description={view.fileName} />
      <ImportResult studyId={studyId} initial={view} />
    </>
  );
}
