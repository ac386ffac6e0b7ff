import { getTranslations } from "next-intl/server";
import { requireAdministrator } from "@/app/_server/actor";
import { AuditLog } from "@/components/audit/audit-log";
import { PageHeader } from "@/components/ui/surface";
import { readEntries } from "@/lib/audit/read-entries";
import { auditPlaceSchema } from "@/lib/audit/schema";

export default async function InstallationAuditPage(props: { searchParams: Promise<{ before?: unknown }> }) {
  await requireAdministrator();
  const { before } = await props.searchParams;
  const [page, t] = await Promise.all([
    readEntries(null, auditPlaceSchema.safeParse(before).data),
    getTranslations("audit"),
  ]);
  return (
    <>
      <PageHeader title={t("title")} description={t("ofInstallation")} />
      <AuditLog page={page} href="/administration/audit" />
    </>
  );
}
