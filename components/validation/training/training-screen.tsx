"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Notice } from "@/components/ui/surface";
import { useAnnouncer } from "@/components/work/announcer";
import { useKeys } from "@/components/work/use-keys";
import { WorkBar } from "@/components/work/work-bar";
import { WorkRest } from "@/components/work/work-rest";
import { CallError, call } from "@/lib/platform/http/call";
import type { DecisionLabel } from "@/lib/validation/schema";
import { answerTrainingOperation, readOwnTrainingOperation } from "@/lib/validation/training/api";
import type { OwnTraining, TrainingFeedback } from "@/lib/validation/training/schema";
import { DecisionBar } from "../decision-bar";
import type { RoundAddress } from "../decision-outbox";
import { DocumentView } from "../document-view";
import { HighlightBar } from "../highlight/highlight-bar";
import { useHighlighting } from "../highlight/use-highlighting";
import { Instructions } from "../instructions";
import { ToolBar } from "../tool-bar";
import { WorkHeader } from "../work-header";

/**
 * The work screen before the work: one document, three answers, then at once what is right. It needs a connection, since
 * nothing of what is right may be in the browser before the answer has arrived.
 */
export function TrainingScreen(props: {
  address: RoundAddress;
  name: string;
  instructions: string;
  highlightWords: string[];
  start: OwnTraining;
  onDone: () => void;
}) {
  const t = useTranslations("validation.training");
  const work = useTranslations("validation.work");
  const labels = useTranslations("validation.labels");
  const { studyId, roundId, personId } = props.address;
  const params = { studyId, roundId };
  const [own, setOwn] = useState(props.start);
  const [feedback, setFeedback] = useState<TrainingFeedback | null>(null);
  const [reading, setReading] = useState(props.start.answered === 0);
  const region = useRef<HTMLElement>(null);
  const { announce, element: announcer } = useAnnouncer();
  const answer = useMutation({
    mutationFn: (label: DecisionLabel) =>
      call(answerTrainingOperation, { params, body: { personId, itemId: own.item?.id ?? "", label } }),
    // Whether the browser believes in its connection or not: sending tells.
    networkMode: "always",
    onSuccess: setFeedback,
  });
  const lookAgain = useMutation({
    mutationFn: () => call(readOwnTrainingOperation, { params }),
    networkMode: "always",
    onSuccess: (now) => {
      answer.reset();
      setOwn(now);
    },
  });

  const { item } = own;
  const place = { number: Math.min(own.answered + 1, own.total), total: own.total };
  const title = t("place", place);
  const itemId = item?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each document
  useEffect(() => {
    if (itemId && !reading) announce(title);
  }, [itemId, reading]);
  const verdict = feedback ? verdictOf(feedback) : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each answer
  useEffect(() => {
    if (feedback && verdict) announce(`${t(verdict, saidOf(feedback))}. ${feedback.explanation}`);
  }, [feedback]);
  const saidOf = (of: TrainingFeedback) => ({ label: labels(of.label), right: labels(of.right) });
  const decide = (label: DecisionLabel) => {
    if (item && !feedback && !answer.isPending) answer.mutate(label);
  };
  const goOn = () => {
    if (!item) return props.onDone();
    if (!feedback) return;
    setOwn(feedback.next);
    setFeedback(null);
    answer.reset();
  };
  const highlighting = useHighlighting({
    document: item ? { ...item, draft: { highlighted: true } } : null,
    words: props.highlightWords,
    onShown: () => {},
    announce,
  });
  const keys = { m: () => decide("medical"), n: () => decide("non_medical"), u: () => decide("unsure") };
  useKeys(
    { ...keys, h: () => item && highlighting.toggle(), Enter: goOn, "?": () => setReading(true) },
    !reading && !lookAgain.isPending,
  );
  const offline = answer.error instanceof CallError && answer.error.problem === null;

  return (
    <div className="flex h-full flex-col">
      <WorkHeader
        name={props.name}
        home={`/studies/${studyId}`}
        place={{ done: own.answered + (feedback ? 1 : 0), total: own.total, secondsLeft: 0 }}
        placeName={item ? title : t("work")}
        onInstructions={() => setReading(true)}
      />
      {item ? (
        <>
          <DocumentView
            id={item.id}
            text={item.text}
            title={title}
            takeFocus={!reading && !feedback}
            region={region}
            marks={highlighting.marks}
          />
          <WorkBar>
            {highlighting.on ? (
              <HighlightBar highlighting={highlighting} onLeave={() => region.current?.focus()} />
            ) : null}
            {offline ? (
              <Notice
                tone="attention"
                action={
                  <Button onClick={() => answer.variables && answer.mutate(answer.variables)}>
                    {work("tryAgain")}
                  </Button>
                }
              >
                {t("offline")}
              </Notice>
            ) : (
              <ProblemNotice error={answer.error ?? lookAgain.error} onRetry={() => lookAgain.mutate()} />
            )}
            {feedback && verdict ? (
              <Notice tone={verdict === "isRight" ? "done" : "attention"} title={t(verdict, saidOf(feedback))}>
                {verdict === "isRight" ? null : <p>{t("yourAnswer", saidOf(feedback))}</p>}
                {feedback.explanation ? (
                  <p className="mt-1 max-h-[30dvh] overflow-y-auto whitespace-pre-wrap">{feedback.explanation}</p>
                ) : null}
              </Notice>
            ) : null}
            {feedback ? (
              <Button autoFocus variant="primary" size="large" className="h-14!" onClick={goOn}>
                {t("next")}
              </Button>
            ) : (
              <DecisionBar onDecide={decide} />
            )}
            <ToolBar
              actions={{ highlight: highlighting.toggle }}
              disabled={{}}
              pressed={{ highlight: highlighting.on }}
            >
              <span role="status" className="text-sm text-muted">
                {answer.isPending ? t("sending") : null}
              </span>
            </ToolBar>
          </WorkBar>
        </>
      ) : (
        <WorkRest
          title={t("done")}
          actions={
            <Button variant="primary" size="large" onClick={props.onDone}>
              {t("toWork")}
            </Button>
          }
        >
          <p>{t("doneHint", { right: own.right, total: own.total })}</p>
        </WorkRest>
      )}
      <Dialog open={reading} onOpenChange={setReading} title={work("instructions")}>
        <div className="mb-4">
          <Notice>{t("instructions", { count: own.total })}</Notice>
        </div>
        <Instructions text={props.instructions} />
        <p className="mt-4 text-sm text-muted pointer-coarse:hidden">
          {t("keys", { medical: labels("medical"), nonMedical: labels("non_medical"), unsure: labels("unsure") })}
        </p>
        <div className="mt-4 flex justify-end">
          <Button variant="primary" onClick={() => setReading(false)}>
            {work(own.answered === 0 && !feedback ? "begin" : "back")}
          </Button>
        </div>
      </Dialog>
      {announcer}
    </div>
  );
}

const verdictOf = ({ label, right }: TrainingFeedback) => (label === right ? "isRight" : "isDifferent");
