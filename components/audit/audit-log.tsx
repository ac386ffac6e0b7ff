import Link from "next/link";
import { getFormatter, getTranslations } from "next-intl/server";
import { EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { AuditPage } from "@/lib/audit/schema";

/** A page of a log of changes; `href`: the log's own address, to which the place of older entries is added. */
export async function AuditLog({ page, href }: { page: AuditPage; href: string }) {
  const [t, format] = await Promise.all([getTranslations("audit"), getFormatter()]);
  if (page.entries.length === 0) return <EmptyState title={t("empty")} />;
  return (
    <>
      <div className="rounded-base border border-line bg-surface">
        <Table
          caption={t("title")}
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
                {entry.subjectName ?? entry.subject}{" "}
                <code className="text-sm text-muted">{entry.subjectId.slice(-8)}</code>
              </Cell>
              <Cell className="max-w-96 min-w-64 text-sm wrap-anywhere text-muted">
                {Object.keys(entry.detail).length > 0 ? JSON.stringify(entry.detail) : ""}
              </Cell>
            </tr>
          ))}
        </Table>
      </div>
      {page.next ? (
        <p className="mt-4">
          <Link className="text-accent underline" href={`${href}?before=${page.next}`}>
            {t("older")}
          </Link>
        </p>
      ) : null}
    </>
  );
}
