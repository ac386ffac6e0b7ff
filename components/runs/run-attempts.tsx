"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { isOver } from "@/lib/compute/rules";
import type { AttemptView, RunView } from "@/lib/compute/schema";
import { Detail } from "./run-now";
import { useFailure, useTime } from "./sentences";

/** Each try at the run: from where it went on, how it ended. */
export function RunAttempts({ run }: { run: RunView }) {
  const t = useTranslations("runs");
  if (run.attempts.length === 0) return null;
  return (
    <Card title={t("attempts")}>
      <Table
        caption={t("attempts")}
        head={
          <>
            <HeadCell number>{t("attempt")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell>
              {t("started")}
              <br />
              {t("ended")}
            </HeadCell>
            <HeadCell number>{t("toFirstEvent")}</HeadCell>
            <HeadCell number>{t("interrupted")}</HeadCell>
            <HeadCell number>{t("resumedFrom")}</HeadCell>
            <HeadCell number>{t("checkpointAt")}</HeadCell>
          </>
        }
      >
        {run.attempts.map((attempt) => (
          <Row key={attempt.number} attempt={attempt} />
        ))}
      </Table>
      <p className="mt-3 text-sm text-muted">{t("attemptTimes")}</p>
      {isOver(run.state) ? null : (
        <p className="mt-1 text-sm text-muted">{t("attemptOf", { number: run.attempt, most: run.maxAttempts })}</p>
      )}
    </Card>
  );
}

function Row({ attempt }: { attempt: AttemptView }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const time = useTime();
  const failure = useFailure();
  const seconds = (value: number | null) =>
    value === null ? "–" : `${format.number(value, { maximumSignificantDigits: value < 10 ? 2 : 3 })} s`;
  const step = (value: number | null) => (value === null ? "–" : format.number(value));
  return (
    <tr>
      <Cell number>{attempt.number}</Cell>
      <Cell className={attempt.failureCode ? "min-w-64" : ""}>
        {t(`attemptStates.${attempt.state}`)}
        {attempt.failureCode ? <span className="block text-sm text-muted">{failure(attempt.failureCode)}</span> : null}
        <Detail text={attempt.failureDetail} />
      </Cell>
      <Cell className="tabular whitespace-nowrap">
        {time(attempt.startedAt)}
        <br />
        {time(attempt.finishedAt)}
      </Cell>
      <Cell number>{seconds(attempt.secondsToFirstEvent)}</Cell>
      <Cell number>{seconds(attempt.secondsInterrupted)}</Cell>
      <Cell number>{step(attempt.resumeStep)}</Cell>
      <Cell number>{step(attempt.checkpointStep)}</Cell>
    </tr>
  );
}
