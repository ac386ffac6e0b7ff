"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Skeleton } from "@/components/ui/surface";
import { listAnsweredQuestionsOperation } from "@/lib/multiple-choice/api";
import { call } from "@/lib/platform/http/call";

/** The questions themselves, with the right option and the one that was chosen. */
export function AnsweredQuestions(props: { studyId: string; evaluationId: string }) {
  const t = useTranslations("evaluations");
  const [wrongOnly, setWrongOnly] = useState(true);
  const pages = useInfiniteQuery({
    queryKey: ["answered-questions", props.evaluationId, wrongOnly],
    queryFn: ({ pageParam }) =>
      call(listAnsweredQuestionsOperation, {
        params: { studyId: props.studyId, evaluationId: props.evaluationId },
        query: { wrong: wrongOnly, offset: pageParam },
      }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  return (
    <section className="mt-6 flex flex-col gap-4 border-t border-line pt-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="text-lg font-semibold">{t("questions")}</h3>
        <Checkbox checked={wrongOnly} onChange={(event) => setWrongOnly(event.target.checked)} label={t("wrongOnly")} />
      </div>
      <ProblemNotice error={pages.error} onRetry={() => pages.refetch()} />
      {pages.isPending ? <Skeleton className="h-40" /> : null}
      {pages.data?.pages
        .flatMap((page) => page.questions)
        .map((question) => (
          <article key={question.questionId} className="border-b border-line pb-4">
            <p className="text-sm text-muted">
              {question.questionId} · {question.subject}
            </p>
            <p className="max-w-[80ch] font-semibold">{question.question}</p>
            <ul className="mt-1">
              {Object.entries(question.choices).map(([letter, text]) => (
                <li key={letter} className="flex flex-wrap gap-2">
                  <span className="font-semibold">{letter}</span>
                  <span>{text}</span>
                  {letter === question.answer ? <Badge tone="done">{t("right")}</Badge> : null}
                  {letter === question.chosen ? (
                    <Badge tone={question.correct ? "done" : "attention"}>{t("chosen")}</Badge>
                  ) : null}
                </li>
              ))}
            </ul>
          </article>
        ))}
      {pages.hasNextPage ? (
        <Button busy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()} className="self-start">
          {t("more")}
        </Button>
      ) : null}
    </section>
  );
}
