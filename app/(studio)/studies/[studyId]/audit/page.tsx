import Link from "next/link";
import { getFormatter, getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listAudit } from "@/lib/studies/list-audit";
import { auditPlaceSchema } from "@/lib/studies/schema";

type Props = { params: Promise<{ studyId: string }>; searchParams: Promise<{ before?: unknown }> };

export default async function AuditPage({ params, searchParams }: Props) {
  const { studyId } = await params;
  const { before } = await searchParams;
  const actor = await requireStudyActor(studyId, "audit.read");
  const [page, t, format] = await Promise.all([
    listAudit(actor, auditPlaceSchema.safeParse(before).data),
    getTranslations("people"),
    getFormatter(),
  ]);
  return (
    <>
      <PageHeader title={t("audit")} description={t("auditDescription")} />
      {page.entries.length === 0 ? <EmptyState title={t("auditEmpty")} /> : null}
      {page.entries.length > 0 ? (
        <div className="rounded-base border border-line bg-surface">
          <Table
            caption={t("audit")}
            head={
              <>
                <HeadCell>{t("when")}</HeadCell>
                <HeadCell>{t("who")}</HeadCell>
                <HeadCell>{t("action")}</HeadCell>
                <HeadCell>{t("subject")}</HeadCell>
                <HeadCell>{t("detail")}</HeadCell>
              </>
            }
          >
            {page.entries.map((entry) => (
              <tr key={entry.id}>
                <Cell className="tabular whitespace-nowrap">
                  {format.dateTime(new Date(entry.at), { dateStyle: "medium", timeStyle: "medium" })}
                </Cell>
                <Cell>
                  {entry.person ?? t("studio")}
                  {entry.byToken ? ` (${t("byToken")})` : ""}
                </Cell>
                <Cell>
                  <code>{entry.action}</code>
                </Cell>
                <Cell title={entry.subjectId}>
                  {entry.subject} <code className="text-sm text-muted">{entry.subjectId.slice(-8)}</code>
                </Cell>
                <Cell className="max-w-96 min-w-64 text-sm wrap-anywhere text-muted">
                  {Object.keys(entry.detail).length > 0 ? JSON.stringify(entry.detail) : ""}
                </Cell>
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
      {page.next ? (
        <p className="mt-4">
          <Link className="text-accent underline" href={`/studies/${studyId}/audit?before=${page.next}`}>
            {t("older")}
          </Link>
        </p>
      ) : null}
    </>
  );
}
