import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { AuditLog } from "@/components/audit/audit-log";
import { PageHeader } from "@/components/ui/surface";
import { auditPlaceSchema } from "@/lib/audit/schema";
import { listAudit } from "@/lib/studies/list-audit";

type Props = { params: Promise<{ studyId: string }>; searchParams: Promise<{ before?: unknown }> };

export default async function AuditPage({ params, searchParams }: Props) {
  const { studyId } = await params;
  const { before } = await searchParams;
  const actor = await requireStudyActor(studyId, "audit.read");
  const [page, t] = await Promise.all([
    listAudit(actor, auditPlaceSchema.safeParse(before).data),
    getTranslations("audit"),
  ]);
  return (
    <>
      <PageHeader title={t("title")} description={t("ofStudy")} />
      <AuditLog page={page} href={`/studies/${studyId}/audit`} />
    </>
  );
}
