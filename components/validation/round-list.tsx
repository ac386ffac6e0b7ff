"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button";
import { Badge, Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { RoundSummary } from "@/lib/validation/schema";
import { RoundStateBadge } from "./round-state";

export function RoundList(props: { studyId: string; rounds: RoundSummary[] }) {
  const t = useTranslations("validation.rounds");
  const format = useFormatter();
  const date = (value: string | null) => (value ? format.dateTime(new Date(value), { dateStyle: "medium" }) : "–");
  return (
    <Card>
      <Table
        caption={t("title")}
        head={
          <>
            <HeadCell>{t("name")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell>{t("sample")}</HeadCell>
            <HeadCell number>{t("decided")}</HeadCell>
            <HeadCell number>{t("people")}</HeadCell>
            <HeadCell>{t("opened")}</HeadCell>
            <HeadCell>{t("closed")}</HeadCell>
            <HeadCell>
              <span className="sr-only">{t("actions")}</span>
            </HeadCell>
          </>
        }
      >
        {props.rounds.map((round) => {
          const page = `/studies/${props.studyId}/rounds/${round.id}`;
          return (
            <tr key={round.id}>
              <Cell>
                <Link className="font-semibold text-accent hover:underline" href={page}>
                  {round.name}
                </Link>
              </Cell>
              <Cell>
                <span className="flex flex-wrap gap-1">
                  <RoundStateBadge state={round.state} />
                  {round.convenience ? <Badge tone="attention">{t("convenience")}</Badge> : null}
                </span>
              </Cell>
              <Cell>{round.sampleName}</Cell>
              <Cell number>
                {round.state === "draft" ? "–" : `${format.number(round.decided)} / ${format.number(round.wanted)}`}
              </Cell>
              <Cell number>{format.number(round.members.length)}</Cell>
              <Cell className="whitespace-nowrap">{date(round.openedAt)}</Cell>
              <Cell className="whitespace-nowrap">{date(round.closedAt)}</Cell>
              <Cell className="text-right whitespace-nowrap">
                {round.deciding ? (
                  <ButtonLink size="small" variant="primary" href={`${page}/work`}>
                    {t("validate")}
                  </ButtonLink>
                ) : round.state === "draft" ? null : (
                  <ButtonLink size="small" href={`${page}/quality`}>
                    {t("quality")}
                  </ButtonLink>
                )}
              </Cell>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}
