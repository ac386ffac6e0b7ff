"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, EmptyState, Skeleton } from "@/components/ui/surface";
import { call } from "@/lib/platform/http/call";
import { listCandidatesOperation } from "@/lib/validation/training/api";
import { type Candidates, type Training, trainingLabels } from "@/lib/validation/training/schema";

/** Documents that may be trained on: gold of closed rounds, or what of the sample is not in the round. */
export function ChooseDocuments(props: {
  studyId: string;
  roundId: string;
  rounds: Training["rounds"];
  taken: Set<string>;
  full: boolean;
  onAdd: (item: Candidates["items"][number]) => void;
}) {
  const t = useTranslations("validation.training");
  const labels = useTranslations("validation.labels");
  const { studyId, roundId, rounds } = props;
  const [from, setFrom] = useState(rounds[0]?.id ?? "");
  const [label, setLabel] = useState("");
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const query = { from: from || undefined, label: from && label ? label : undefined, search: wanted };
  const pages = useInfiniteQuery({
    queryKey: ["training-candidates", roundId, query],
    queryFn: ({ pageParam }) =>
      call(listCandidatesOperation, { params: { studyId, roundId }, query: { ...query, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t("choose")}>
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t("chooseHint")}</p>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("from")}>
            <Select value={from} onChange={(event) => setFrom(event.target.value)}>
              {rounds.map((round) => (
                <option key={round.id} value={round.id}>
                  {t("fromRound", { name: round.name })}
                </option>
              ))}
              <option value="">{t("fromSample")}</option>
            </Select>
          </Field>
          <Field label={t("goldLabel")}>
            <Select value={from ? label : ""} disabled={!from} onChange={(event) => setLabel(event.target.value)}>
              <option value="">{t("anyLabel")}</option>
              {trainingLabels.map((one) => (
                <option key={one} value={one}>
                  {labels(one)}
                </option>
              ))}
            </Select>
          </Field>
        </div>
        <Field label={t("search")}>
          <Input type="search" maxLength={200} value={search} onChange={(event) => setSearch(event.target.value)} />
        </Field>
        <ProblemNotice error={pages.error} onRetry={() => void pages.refetch()} />
        {pages.isPending ? <Skeleton className="h-40" /> : null}
        {pages.isSuccess && items.length === 0 ? (
          <EmptyState title={t("noCandidates")}>{t("noCandidatesHint")}</EmptyState>
        ) : null}
        <ul className="flex flex-col divide-y divide-line">
          {items.map((item) => {
            const taken = props.taken.has(item.itemId);
            return (
              <li key={item.itemId} className="flex items-start gap-3 py-3">
                <details className="min-w-0 flex-1">
                  <summary className="line-clamp-2 font-serif" lang="de">
                    {item.text.slice(0, 200)}
                  </summary>
                  <div lang="de" className="mt-2 max-h-72 overflow-y-auto font-serif break-words whitespace-pre-wrap">
                    {item.text}
                  </div>
                </details>
                <span className="flex shrink-0 flex-col items-end gap-2">
                  <Badge>{item.gold ? t("gold", { label: labels(item.gold) }) : t("noGold")}</Badge>
                  <Button size="small" disabled={taken || props.full} onClick={() => props.onAdd(item)}>
                    {t(taken ? "added" : "add")}
                  </Button>
                </span>
              </li>
            );
          })}
        </ul>
        {pages.hasNextPage ? (
          <div>
            <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t("more")}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  );
}
