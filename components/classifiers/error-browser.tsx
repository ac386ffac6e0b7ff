"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Card, Skeleton } from "@/components/ui/surface";
import { listErrorsOperation } from "@/lib/classifiers/api";
import { call } from "@/lib/platform/http/call";

const kinds = ["false-positive", "false-negative"] as const;

/** The test documents that were called wrongly, to read. */
export function ErrorBrowser(props: { params: { studyId: string; classifierId: string }; threshold: number }) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  const [kind, setKind] = useState<(typeof kinds)[number]>("false-positive");
  const pages = useInfiniteQuery({
    queryKey: ["errors", props.params.classifierId, kind, props.threshold],
    queryFn: ({ pageParam }) =>
      call(listErrorsOperation, {
        params: props.params,
        query: { kind, threshold: props.threshold, offset: pageParam },
      }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  const documents = pages.data?.pages.flatMap((page) => page.documents) ?? [];
  return (
    <Card
      title={t("errors")}
      actions={kinds.map((name) => (
        <Button
          key={name}
          size="small"
          aria-pressed={kind === name}
          variant={kind === name ? "secondary" : "quiet"}
          onClick={() => setKind(name)}
        >
          {t(`errorKinds.${name}`)}
        </Button>
      ))}
    >
      <ProblemNotice error={pages.error} onRetry={() => pages.refetch()} />
      {pages.isPending ? <Skeleton className="h-40" /> : null}
      {pages.data?.pages.some(({ kept }) => kept) ? (
        <p className="mb-3 text-muted">
          {t.rich("errorsKept", {
            home: (text) => (
              <Link className="text-accent underline" href={`/studies/${props.params.studyId}`}>
                {text}
              </Link>
            ),
          })}
        </p>
      ) : null}
      {pages.data && documents.length === 0 ? <p className="text-muted">{t("noErrors")}</p> : null}
      <ul className="flex flex-col gap-4">
        {documents.map((document) => (
          <li key={document.itemId} className="border-b border-line pb-4">
            <details>
              <summary className="flex flex-wrap gap-3 py-1">
                <span className="tabular font-semibold">
                  {t("score")} {format.number(document.score, { maximumFractionDigits: 3 })}
                </span>
                <span className="min-w-0 flex-1 truncate text-muted">{document.text.slice(0, 200)}</span>
              </summary>
              <p className="mt-3 max-w-[72ch] font-serif text-document whitespace-pre-wrap wrap-anywhere">
                {document.text}
              </p>
            </details>
          </li>
        ))}
      </ul>
      {pages.hasNextPage ? (
        <Button className="mt-4" busy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
    </Card>
  );
}
