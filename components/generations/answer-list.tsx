"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card, Skeleton } from "@/components/ui/surface";
import { listAnswersOperation } from "@/lib/generations/api";
import { cutAtSpans } from "@/lib/generations/rules";
import { type AnswerFilter, type AnswerRow, answerFilters } from "@/lib/generations/schema";
import { call } from "@/lib/platform/http/call";

/** The answers of a set to read, more of them as one scrolls. */
export function AnswerList(props: { studyId: string; answerSetId: string; checkpointName: string }) {
  const t = useTranslations("answers");
  const [only, setOnly] = useState<AnswerFilter | "all">("all");
  const pages = useInfiniteQuery({
    queryKey: ["answers", props.answerSetId, only],
    queryFn: ({ pageParam }) =>
      call(listAnswersOperation, {
        params: { studyId: props.studyId, answerSetId: props.answerSetId },
        query: { only: only === "all" ? undefined : only, offset: pageParam },
      }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  const answers = pages.data?.pages.flatMap((page) => page.answers) ?? [];
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage || isError) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void fetchNextPage();
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
  return (
    <Card
      title={t("answersOf", { checkpoint: props.checkpointName })}
      actions={
        <Select
          aria-label={t("which")}
          className="w-auto"
          value={only}
          onChange={(event) => setOnly(answerFilters.find((filter) => filter === event.target.value) ?? "all")}
        >
          {(["all", ...answerFilters] as const).map((filter) => (
            <option key={filter} value={filter}>
              {t(`only.${filter}`)}
            </option>
          ))}
        </Select>
      }
    >
      <div className="flex flex-col gap-6">
        {answers.map((answer) => (
          <Answer key={answer.id} answer={answer} />
        ))}
        {pages.isPending ? <Skeleton className="h-40" /> : null}
        {pages.data && answers.length === 0 ? <p className="text-muted">{t(`noneOf.${only}`)}</p> : null}
        <ProblemNotice error={pages.error} onRetry={() => void (pages.data ? fetchNextPage() : pages.refetch())} />
        <div ref={end}>
          {hasNextPage ? (
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t("more")}
            </Button>
          ) : null}
        </div>
      </div>
    </Card>
  );
}

/** Plain text, never HTML; English running text stands out. */
function Answer({ answer }: { answer: AnswerRow }) {
  const t = useTranslations("answers");
  const format = useFormatter();
  const share = format.number(answer.englishShare ?? 0, { style: "percent", maximumFractionDigits: 0 });
  return (
    <article className="min-w-0 border-b border-line pb-6 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <span className="break-all">
          {answer.promptKey} · {answer.category}
        </span>
        <span className="tabular">
          {[
            answer.words === null ? null : t("wordCount", { count: answer.words }),
            answer.tokens === null ? null : t("tokens", { count: answer.tokens }),
          ]
            .filter((each) => each !== null)
            .join(" · ")}
        </span>
        {answer.mixed ? <Badge tone="attention">{t("isMixed", { share })}</Badge> : null}
        {answer.declined ? <Badge tone="attention">{t("isDeclined")}</Badge> : null}
        {answer.finish === "length" ? <Badge>{t("isCut")}</Badge> : null}
      </div>
      <h3 className="mt-1 max-w-[72ch] font-semibold break-words whitespace-pre-wrap">{answer.prompt}</h3>
      <p className="mt-2 max-w-[72ch] font-serif text-document break-words whitespace-pre-wrap">
        {answer.text === "" ? <span className="font-sans text-base text-muted">{t("empty")}</span> : null}
        {cutAtSpans(answer.text, answer.englishSpans).map((piece, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          piece.english ? <EnglishText key={index} text={piece.text} /> : piece.text,
        )}
      </p>
    </article>
  );
}

function EnglishText({ text }: { text: string }) {
  return (
    <mark lang="en" className="rounded-sm bg-attention-soft text-ink underline decoration-attention">
      {text}
    </mark>
  );
}
