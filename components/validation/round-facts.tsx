import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "@/components/ui/surface";
import type { RoundDetail } from "@/lib/validation/schema";
import { VerifyAssignment } from "./verify-assignment";

/** What the round is made of, and the published hash of its assignment. */
export function RoundFacts(props: { studyId: string; round: RoundDetail; size: number | null }) {
  const t = useTranslations("validation.round");
  const format = useFormatter();
  const { round, studyId } = props;
  const share = (value: number) => format.number(value, { maximumFractionDigits: 3 });
  const date = (value: string | null) =>
    value ? format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "short" }) : "–";
  const facts: [string, React.ReactNode][] = [
    [
      t("sample"),
      <Link key="sample" className="text-accent underline" href={`/studies/${studyId}/samples/${round.sampleId}`}>
        {round.sampleName}
      </Link>,
    ],
    [t("documents"), format.number(round.state === "draft" ? (props.size ?? 0) : round.items)],
    ...(round.continues
      ? [
          [
            t("continues"),
            <Link
              key="continues"
              className="text-accent underline"
              href={`/studies/${studyId}/rounds/${round.continues.roundId}`}
            >
              {t("continuesValue", { name: round.continues.name, decisions: round.continues.decisions })}
            </Link>,
          ] satisfies [string, React.ReactNode],
        ]
      : []),
    [t("doubleShare"), format.number(round.doubleShare, { style: "percent", maximumFractionDigits: 1 })],
    ...(round.repeatShare > 0
      ? [
          [
            t("repeatShare"),
            format.number(round.repeatShare, { style: "percent", maximumFractionDigits: 1 }),
          ] satisfies [string, React.ReactNode],
        ]
      : []),
    ...(round.contested && round.state !== "draft"
      ? [[t("contested"), t("contestedValue", round.contested)] satisfies [string, React.ReactNode]]
      : []),
    ...(round.highlighted !== null && round.decided > 0
      ? [
          [
            t("highlighted"),
            t("highlightedValue", { highlighted: round.highlighted, decided: round.decided }),
          ] satisfies [string, React.ReactNode],
        ]
      : []),
    ...(round.late > 0 ? [[t("late"), t("lateValue", { count: round.late })] satisfies [string, React.ReactNode]] : []),
    ...(round.quota === null ? [] : [[t("quota"), format.number(round.quota)] satisfies [string, React.ReactNode]]),
    ...(round.deadline === null
      ? []
      : [
          [
            t("deadline"),
            format.dateTime(new Date(round.deadline), { dateStyle: "medium", timeZone: "UTC" }),
          ] satisfies [string, React.ReactNode],
        ]),
    ...(round.stopRule
      ? [
          [
            t("stopRule"),
            <>
              {t("stopRuleValue", { halfWidth: share(round.stopRule.halfWidth) })}
              {round.stopRule.interval ? (
                <span className="block text-sm text-muted">
                  {t("stopRuleNow", {
                    lower: share(round.stopRule.interval.lower),
                    upper: share(round.stopRule.interval.upper),
                    documents: round.stopRule.interval.documents,
                  })}
                </span>
              ) : null}
            </>,
          ] satisfies [string, React.ReactNode],
        ]
      : []),
    [t("created"), date(round.createdAt)],
    [t("opened"), date(round.openedAt)],
    [t("closed"), date(round.closedAt)],
  ];
  return (
    <Card title={t("facts")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {round.assignmentHash ? (
        <VerifyAssignment
          studyId={studyId}
          roundId={round.id}
          hash={round.assignmentHash}
          salt={round.salt}
          seed={round.seed}
        />
      ) : null}
    </Card>
  );
}
