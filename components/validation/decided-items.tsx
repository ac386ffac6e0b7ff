"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsInteger, parseAsStringLiteral, useQueryState } from "nuqs";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, EmptyState, Skeleton } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { listDecidedItemsOperation } from "@/lib/validation/api";
import { type DecidedItem, decisionFlags, itemFilters } from "@/lib/validation/schema";

/** What became of each document, to read after the round is closed. */
export function DecidedItems(props: { studyId: string; roundId: string; labelling: string | null }) {
  const t = useTranslations("validation.items");
  const [filter, setFilter] = useQueryState("filter", parseAsStringLiteral(itemFilters).withDefault("all"));
  // Where the list begins: a document that another page pointed to.
  const [from, setFrom] = useQueryState("from", parseAsInteger);
  const { studyId, roundId } = props;
  const labelling = props.labelling ?? undefined;
  const pages = useInfiniteQuery({
    queryKey: ["decided-items", roundId, labelling, filter, from],
    queryFn: ({ pageParam }) =>
      call(listDecidedItemsOperation, {
        params: { studyId, roundId },
        query: { filter, labelling, after: pageParam },
      }),
    initialPageParam: Math.max(0, from ?? 0) - 1,
    getNextPageParam: (page) => page.next,
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card
      title={t("title")}
      actions={
        <Select
          aria-label={t("filter")}
          className="w-auto"
          value={filter}
          onChange={(event) => void setFilter(itemFilters.find((one) => one === event.target.value) ?? "all")}
        >
          {itemFilters
            .filter((one) => labelling || one !== "llm_differs")
            .map((one) => (
              <option key={one} value={one}>
                {t(`filters.${one}`)}
              </option>
            ))}
        </Select>
      }
    >
      <ProblemNotice error={pages.error} onRetry={() => void pages.refetch()} />
      {from ? (
        <div className="mb-2">
          <Button size="small" onClick={() => void setFrom(null)}>
            {t("fromStart")}
          </Button>
        </div>
      ) : null}
      {pages.isPending ? <Skeleton className="h-40" /> : null}
      {pages.data?.pages.some(({ kept }) => kept) ? <p className="mb-3 text-muted">{t("kept")}</p> : null}
      {pages.isSuccess && items.length === 0 ? <EmptyState title={t("none")} /> : null}
      <ul className="flex flex-col divide-y divide-line">
        {items.map((item) => (
          <Item key={item.id} item={item} open={item.position === from} />
        ))}
      </ul>
      {pages.hasNextPage ? (
        <div className="mt-4">
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

function Item({ item, open }: { item: DecidedItem; open: boolean }) {
  const t = useTranslations("validation.items");
  const summary = useRef<HTMLElement>(null);
  useEffect(() => {
    // Another page pointed to it.
    if (!open) return;
    summary.current?.focus({ preventScroll: true });
    summary.current?.scrollIntoView({ block: "start" });
  }, [open]);
  const labels = useTranslations("validation.labels");
  const flags = useTranslations("validation.flags");
  const format = useFormatter();
  const gold = item.gold === "unsettled" ? t(item.disputed ? "disputed" : "unsettled") : labels(item.gold);
  const notes = item.decisions.filter((decision) => decision.note);
  const flagged = [...new Set(item.decisions.flatMap((decision) => decision.flags))];
  return (
    <li className="py-3">
      <details open={open}>
        <summary ref={summary} className="flex scroll-mt-20 flex-wrap items-baseline gap-x-4 gap-y-1 py-1">
          <span className="tabular w-12 text-muted">{format.number(item.position + 1)}</span>
          <span className="w-40 font-semibold">{gold}</span>
          <span className="text-muted">
            {t("people", { labels: format.list(item.decisions.map((decision) => labels(decision.label))) })}
          </span>
          {item.llm ? (
            <span className="text-muted">
              {t("llm", { label: item.llm === "unusable" ? t("unusable") : labels(item.llm) })}
            </span>
          ) : null}
          {item.settled ? (
            <Badge tone="accent">
              {item.settled === "unsure" ? t("cannotSettle") : t("adjudicated", { label: labels(item.settled) })}
            </Badge>
          ) : null}
          {flagged.map((flag) => (
            <Badge key={flag} tone="attention">
              {flags(decisionFlags.find((one) => one === flag) ?? "other")}
            </Badge>
          ))}
          <span className="min-w-0 basis-full truncate font-serif">{item.text.slice(0, 160)}</span>
        </summary>
        {notes.length > 0 ? (
          <ul className="mt-2 list-disc pl-5">
            {notes.map((decision, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and two notes may be the same
              <li key={index}>
                {labels(decision.label)}: {decision.note}
              </li>
            ))}
          </ul>
        ) : null}
        <div lang="de" className="mt-3 max-h-96 max-w-[72ch] overflow-y-auto font-serif text-lg whitespace-pre-wrap">
          {item.text}
        </div>
      </details>
    </li>
  );
}
