"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { EmptyState, Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { listDisputedOperation } from "@/lib/validation/api";

/** The documents of a closed round that people differed on most; each opens among the decided documents. */
export function DisputedView({ studyId, roundId }: { studyId: string; roundId: string }) {
  const t = useTranslations("quality");
  const labels = useTranslations("validation.labels");
  const format = useFormatter();
  const answer = useQuery({
    queryKey: ["quality-disputed", roundId],
    queryFn: () => call(listDisputedOperation, { params: { studyId, roundId } }),
  });
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton className="h-60" />;
  const { documents } = answer.data;
  if (documents.length === 0) return <EmptyState title={t("noDisputed")} />;
  return (
    <Table
      caption={t("disputed")}
      head={
        <>
          <HeadCell>{t("document")}</HeadCell>
          <HeadCell number>{t("decisions")}</HeadCell>
          <HeadCell number>{t("differing")}</HeadCell>
          <HeadCell number>{t("flags")}</HeadCell>
          <HeadCell number>{t("notes")}</HeadCell>
          <HeadCell>{t("goldLabel")}</HeadCell>
        </>
      }
    >
      {documents.map((document) => (
        <tr key={document.position}>
          <Cell className="min-w-60">
            <Link
              className="text-accent underline"
              href={`/studies/${studyId}/rounds/${roundId}?from=${document.position}`}
              aria-label={t("openDocument", { number: document.position + 1 })}
            >
              {format.number(document.position + 1)}
            </Link>{" "}
            <span className="line-clamp-2 font-serif">{document.excerpt}</span>
          </Cell>
          <Cell number>{format.number(document.decisions)}</Cell>
          <Cell number>{format.number(document.differing)}</Cell>
          <Cell number>{format.number(document.flags)}</Cell>
          <Cell number>{format.number(document.notes)}</Cell>
          <Cell>{document.gold === "unsettled" ? t("unsettled") : labels(document.gold)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
