"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useMoney } from "@/components/labelling/use-money";
import { Button } from "@/components/ui/button";
import { Figure } from "@/components/ui/figure";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { AnswerSetSummary } from "@/lib/generations/schema";
import type { Spending } from "@/lib/labelling/schema";
import { AnswerList } from "./answer-list";

/** Checkpoints with the failure modes of their answers, by prompt set; a row opens the answers themselves. */
export function AnswerSets(props: { studyId: string; answerSets: AnswerSetSummary[] }) {
  const t = useTranslations("answers");
  const [openId, setOpenId] = useState<string | null>(null);
  const promptSets = [...new Map(props.answerSets.map((set) => [set.promptSetId, set.promptSetName]))];
  const opened = props.answerSets.find(({ id }) => id === openId);
  return (
    <>
      {promptSets.map(([promptSetId, name]) => (
        <Card key={promptSetId} title={name}>
          <Table
            caption={name}
            head={
              <>
                <HeadCell>{t("model")}</HeadCell>
                <HeadCell number>{t("mixed")}</HeadCell>
                <HeadCell number>{t("declined")}</HeadCell>
                <HeadCell number>{t("words")}</HeadCell>
                <HeadCell number>{t("cut")}</HeadCell>
                <HeadCell number>{t("repetition")}</HeadCell>
                <HeadCell number>{t("answers")}</HeadCell>
                <HeadCell aria-label={t("read")} />
              </>
            }
          >
            {props.answerSets
              .filter((set) => set.promptSetId === promptSetId)
              .map((set) => (
                <AnswerSetRow
                  key={set.id}
                  studyId={props.studyId}
                  set={set}
                  open={openId === set.id}
                  onToggle={() => setOpenId(openId === set.id ? null : set.id)}
                />
              ))}
          </Table>
          <p className="mt-3 text-sm text-muted">{t("howComputed")}</p>
        </Card>
      ))}
      {opened ? (
        <AnswerList
          key={opened.id}
          studyId={props.studyId}
          answerSetId={opened.id}
          checkpointName={opened.checkpointName}
        />
      ) : null}
    </>
  );
}

function AnswerSetRow(props: { studyId: string; set: AnswerSetSummary; open: boolean; onToggle: () => void }) {
  const t = useTranslations("answers");
  const format = useFormatter();
  const { set } = props;
  const made = format.dateTime(new Date(set.createdAt), { dateStyle: "short", timeStyle: "short" });
  const waiting = <span className="font-normal text-muted">{t("notAnalysed")}</span>;
  return (
    <tr>
      <Cell className="font-semibold">
        {set.checkpointName}
        {set.runId ? (
          <Link
            className="block text-sm font-normal whitespace-nowrap text-accent hover:underline"
            href={`/studies/${props.studyId}/runs/${set.runId}`}
          >
            <span className="sr-only">{t("runOf", { checkpoint: set.checkpointName })} </span>
            {made}
          </Link>
        ) : (
          <span className="block text-sm font-normal whitespace-nowrap text-muted">{made}</span>
        )}
        {set.endpoint ? (
          <span className="block text-sm font-normal text-muted">
            {[set.endpoint.name, set.endpoint.host].filter(Boolean).join(" · ")}
            <span className="block">
              {t("askedWith", {
                temperature: set.endpoint.parameters.temperature,
                topP: set.endpoint.parameters.topP,
                tokens: set.endpoint.parameters.maxNewTokens,
                seed: set.endpoint.seed,
              })}
            </span>
            <Spent spending={set.endpoint.spending} />
          </span>
        ) : null}
      </Cell>
      <Cell number>{set.analysed ? <Figure estimate={set.mixed} percent /> : waiting}</Cell>
      <Cell number>
        <Figure estimate={set.declined} percent />
      </Cell>
      <Cell number>
        <Figure estimate={set.words} />
      </Cell>
      <Cell number>
        <Figure estimate={set.cut} percent />
      </Cell>
      <Cell number>
        {set.repetition === null
          ? "–"
          : format.number(set.repetition, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 })}
      </Cell>
      <Cell number>{format.number(set.answers)}</Cell>
      <Cell className="text-right">
        <Button size="small" aria-expanded={props.open} onClick={props.onToggle}>
          {props.open ? t("hide") : t("read")}
        </Button>
      </Cell>
    </tr>
  );
}

/** What an endpoint's answers took and cost. */
function Spent({ spending }: { spending: Spending }) {
  const t = useTranslations("answers");
  const format = useFormatter();
  const money = useMoney();
  const { promptTokens, completionTokens, uncounted, cost, currency } = spending;
  const parts = [
    t("spent", { prompt: format.number(promptTokens), completion: format.number(completionTokens) }),
    ...(uncounted > 0 ? [t("uncounted", { count: uncounted })] : []),
    ...(cost !== null && currency !== null ? [money(cost, currency)] : []),
  ];
  return <span className="block">{parts.join(" · ")}</span>;
}
