"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Progress } from "@/components/ui/progress";
import { Badge, Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { readRoundOperation } from "@/lib/validation/api";
import { assumedSecondsPerDecision } from "@/lib/validation/rules";
import type { RoundDetail } from "@/lib/validation/schema";

/** How far the round is, live while it is open, and who takes part. */
export function RoundProgress(props: { studyId: string; initial: RoundDetail }) {
  const t = useTranslations("validation.round");
  const common = useTranslations("common");
  const format = useFormatter();
  const { data: round } = useQuery({
    queryKey: ["round", props.initial.id, props.initial.state],
    queryFn: () => call(readRoundOperation, { params: { studyId: props.studyId, roundId: props.initial.id } }),
    initialData: props.initial,
    refetchInterval: (query) => (query.state.data?.state === "open" ? 5000 : false),
  });
  const left = round.wanted - round.decided;
  const counted = round.members.some((member) => member.decided !== null);
  return (
    <Card title={t("progress")}>
      <div className="flex flex-col gap-4">
        {round.state === "draft" ? (
          <p className="text-muted">{t("draftHint")}</p>
        ) : (
          <Progress
            label={t("decisions")}
            done={round.decided}
            total={round.wanted}
            secondsLeft={
              round.state === "open" && left > 0 ? left * (round.secondsPerDecision ?? assumedSecondsPerDecision) : null
            }
          />
        )}
        {round.state === "open" && left > 0 ? <p className="text-sm text-muted">{t("workHint")}</p> : null}
        <Table
          caption={t("people")}
          head={
            <>
              <HeadCell>{t("people")}</HeadCell>
              {counted && round.state !== "draft" ? <HeadCell number>{t("decidedDocuments")}</HeadCell> : null}
            </>
          }
        >
          {round.members.map((member) => (
            <tr key={member.personId}>
              <Cell>
                {member.name} {member.simulated ? <Badge tone="attention">{common("simulated")}</Badge> : null}
                {member.external ? <Badge>{common("external")}</Badge> : null}
              </Cell>
              {counted && round.state !== "draft" ? (
                <Cell number>{member.decided === null ? "–" : format.number(member.decided)}</Cell>
              ) : null}
            </tr>
          ))}
        </Table>
      </div>
    </Card>
  );
}
