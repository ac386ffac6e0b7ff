"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Figure } from "@/components/ui/figure";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { EvaluationSummary } from "@/lib/multiple-choice/schema";
import { AnsweredQuestions } from "./answered-questions";
import { PutHow } from "./put-how";
import { UsedExamples } from "./used-examples";

/** Checkpoints with their accuracy, by question set; a row opens its subjects and questions. */
export function EvaluationTable(props: { studyId: string; evaluations: EvaluationSummary[] }) {
  const t = useTranslations("evaluations");
  const format = useFormatter();
  const [openId, setOpenId] = useState<string | null>(null);
  const sets = [...new Map(props.evaluations.map((each) => [each.questionSetId, each.questionSetName]))];
  const opened = props.evaluations.find(({ id }) => id === openId);
  return (
    <>
      {sets.map(([setId, setName]) => (
        <Card key={setId} title={setName}>
          <Table
            caption={setName}
            head={
              <>
                <HeadCell>{t("checkpoint")}</HeadCell>
                <HeadCell>{t("template")}</HeadCell>
                <HeadCell number>{t("accuracy")}</HeadCell>
                <HeadCell number>{t("correct")}</HeadCell>
                <HeadCell number>{t("difference")}</HeadCell>
                <HeadCell>{t("made")}</HeadCell>
                <HeadCell aria-label={t("show")} />
              </>
            }
          >
            {props.evaluations
              .filter((each) => each.questionSetId === setId)
              .map((evaluation) => (
                <tr key={evaluation.id}>
                  <Cell className="font-semibold">{evaluation.checkpointName}</Cell>
                  <Cell className="min-w-36">
                    <PutHow evaluation={evaluation} />
                  </Cell>
                  <Cell number>
                    <Figure estimate={evaluation.accuracy} percent />
                  </Cell>
                  <Cell number>
                    {format.number(evaluation.correct)} / {format.number(evaluation.accuracy.n)}
                  </Cell>
                  <Cell number>
                    {evaluation.differenceToBase ? (
                      <>
                        <Figure estimate={evaluation.differenceToBase} percent />
                        <span className="block text-sm text-muted">
                          {t("against", { base: evaluation.differenceToBase.baseName })}
                        </span>
                      </>
                    ) : (
                      "–"
                    )}
                  </Cell>
                  <Cell className="whitespace-nowrap">
                    <Link
                      className="text-accent hover:underline"
                      href={`/studies/${props.studyId}/runs/${evaluation.runId}`}
                    >
                      {format.dateTime(new Date(evaluation.createdAt), { dateStyle: "medium", timeStyle: "short" })}
                    </Link>
                  </Cell>
                  <Cell className="text-right">
                    <Button
                      size="small"
                      aria-expanded={openId === evaluation.id}
                      onClick={() => setOpenId(openId === evaluation.id ? null : evaluation.id)}
                    >
                      {openId === evaluation.id ? t("hide") : t("show")}
                    </Button>
                  </Cell>
                </tr>
              ))}
          </Table>
          <p className="mt-3 text-sm text-muted">{t("howComputed")}</p>
        </Card>
      ))}
      {opened ? (
        <Card title={t("subjectsOf", { checkpoint: opened.checkpointName })}>
          <Table
            caption={t("subjects")}
            head={
              <>
                <HeadCell>{t("subject")}</HeadCell>
                <HeadCell number>{t("accuracy")}</HeadCell>
                <HeadCell number>{t("correct")}</HeadCell>
              </>
            }
          >
            {opened.subjects.map((subject) => (
              <tr key={subject.subject}>
                <Cell>{subject.subject}</Cell>
                <Cell number>
                  <Figure estimate={subject.accuracy} percent />
                </Cell>
                <Cell number>
                  {format.number(subject.correct)} / {format.number(subject.accuracy.n)}
                </Cell>
              </tr>
            ))}
          </Table>
          {opened.examples ? <UsedExamples examples={opened.examples} /> : null}
          <AnsweredQuestions studyId={props.studyId} evaluationId={opened.id} />
        </Card>
      ) : null}
    </>
  );
}
