"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useRef, useState } from "react";
import type { z } from "zod";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Progress } from "@/components/ui/progress";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { tryPromptOperation } from "@/lib/labelling/api";
import type { EndpointSummary, tryAnswerSchema } from "@/lib/labelling/schema";
import { call } from "@/lib/platform/http/call";
import type { DrawOption } from "./start-labelling";

type Answer = z.infer<typeof tryAnswerSchema>;
type Reason = Parameters<ReturnType<typeof useTranslations<"labelling.reasons">>>[0];

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks the endpoint about the first ten documents of a sample, one after the other, and keeps nothing. */
export function TryPrompt(props: { studyId: string; text: string; endpoints: EndpointSummary[]; draws: DrawOption[] }) {
  const t = useTranslations("labelling");
  const reasons = useTranslations("labelling.reasons");
  const format = useFormatter();
  const [endpointId, setEndpointId] = useState(props.endpoints[0]?.id ?? "");
  const [drawId, setDrawId] = useState(props.draws[0]?.id ?? "");
  const [answers, setAnswers] = useState<Answer[]>([]);
  const [waiting, setWaiting] = useState<string | null>(null);
  const stopped = useRef(false);
  const items = props.draws.find(({ id }) => id === drawId)?.tryItems ?? [];
  const attempt = useMutation({
    mutationFn: async () => {
      stopped.current = false;
      setAnswers([]);
      for (const itemId of items) {
        let answer: Answer;
        do {
          if (stopped.current) return;
          const body = { endpointId, text: props.text, itemId };
          answer = await call(tryPromptOperation, { params: { studyId: props.studyId }, body });
          setWaiting(answer.waiting);
          if (answer.waiting) await pause(2000);
        } while (answer.waiting);
        const got = answer;
        setAnswers((before) => [...before, got]);
      }
    },
  });
  if (props.draws.length === 0 || props.endpoints.length === 0) return null;
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label={t("sample")}
          className="w-auto"
          value={drawId}
          onChange={(event) => setDrawId(event.target.value)}
        >
          {props.draws.map((draw) => (
            <option key={draw.id} value={draw.id}>
              {draw.name}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t("endpoint")}
          className="w-auto"
          value={endpointId}
          onChange={(event) => setEndpointId(event.target.value)}
        >
          {props.endpoints.map((endpoint) => (
            <option key={endpoint.id} value={endpoint.id}>
              {endpoint.name}
            </option>
          ))}
        </Select>
        {items.length > 0 ? (
          <Button busy={attempt.isPending} onClick={() => attempt.mutate()}>
            {t("tryOut", { count: items.length })}
          </Button>
        ) : (
          <p className="text-muted">
            {t.rich("nothingToTry", {
              home: (text) => (
                <Link className="text-accent underline" href={`/studies/${props.studyId}`}>
                  {text}
                </Link>
              ),
            })}
          </p>
        )}
        {attempt.isPending ? (
          <Button
            variant="quiet"
            onClick={() => {
              stopped.current = true;
            }}
          >
            {t("pause")}
          </Button>
        ) : null}
      </div>
      {attempt.isPending ? (
        <Progress
          label={waiting && reasons.has(waiting as Reason) ? reasons(waiting as Reason) : t("tryingOut")}
          done={answers.length}
          total={items.length}
          unit={t("documents")}
        />
      ) : null}
      <ProblemNotice error={attempt.error} />
      {answers.length > 0 ? (
        <Table
          caption={t("tryingOut")}
          head={
            <>
              <HeadCell number>{t("number")}</HeadCell>
              <HeadCell>{t("label")}</HeadCell>
              <HeadCell number>{t("probability")}</HeadCell>
              <HeadCell>{t("rawAnswer")}</HeadCell>
            </>
          }
        >
          {answers.map((answer, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only appended
            <tr key={index}>
              <Cell number>{index + 1}</Cell>
              <Cell>{answer.outcome ? t(`outcomes.${answer.outcome}`) : "–"}</Cell>
              <Cell number>
                {answer.probability === null
                  ? "–"
                  : format.number(answer.probability, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}
              </Cell>
              <Cell>
                <code className="text-sm wrap-anywhere">{answer.rawAnswer}</code>
              </Cell>
            </tr>
          ))}
        </Table>
      ) : null}
    </div>
  );
}
