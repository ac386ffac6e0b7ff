import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge, Card, Notice } from "@/components/ui/surface";
import type { ComparisonSummary } from "@/lib/judging/schema";

/** How the comparison is set up, how far it is, and that its blinding holds. */
export function ComparisonFacts(props: {
  studyId: string;
  comparison: ComparisonSummary;
  blinding: { matches: boolean } | null;
}) {
  const t = useTranslations("judging");
  const common = useTranslations("common");
  const format = useFormatter();
  const { comparison } = props;
  const share = comparison.wanted > 0 ? comparison.votesCast / comparison.wanted : 0;
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Card title={t("facts")}>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
          <Fact label={t("promptSet")}>{comparison.promptSetName}</Fact>
          <Fact label={t("contestants")}>
            <ul>
              {comparison.contestants.map(({ answerSetId, checkpointName, runId }) => (
                <li key={answerSetId}>
                  {runId ? (
                    <Link className="text-accent hover:underline" href={`/studies/${props.studyId}/runs/${runId}`}>
                      {checkpointName}
                    </Link>
                  ) : (
                    checkpointName
                  )}
                </li>
              ))}
            </ul>
          </Fact>
          <Fact label={t("judges")}>
            {comparison.members.length === 0 ? t("noJudges") : null}
            <span className="flex flex-wrap gap-x-3 gap-y-1">
              {comparison.members.map(({ personId, name, simulated }) => (
                <span key={personId}>
                  {name} {simulated ? <Badge>{common("simulated")}</Badge> : null}
                </span>
              ))}
            </span>
          </Fact>
          <Fact label={t("votesPerPair")}>{format.number(comparison.votesPerPair)}</Fact>
          {comparison.state === "draft" ? null : <Fact label={t("pairs")}>{format.number(comparison.pairs)}</Fact>}
          {comparison.late > 0 ? <Fact label={t("late")}>{t("lateValue", { count: comparison.late })}</Fact> : null}
        </dl>
        {comparison.state === "draft" ? null : (
          <div className="mt-4">
            <p className="tabular mb-1">{t("progress", { cast: comparison.votesCast, wanted: comparison.wanted })}</p>
            <div
              role="progressbar"
              aria-label={t("votes")}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(share * 100)}
              className="h-2 overflow-hidden rounded-full bg-sunken"
            >
              <div className="h-full bg-accent" style={{ width: `${Math.min(100, share * 100)}%` }} />
            </div>
          </div>
        )}
      </Card>
      <Card title={t("blinding")}>
        {comparison.assignmentHash ? (
          <dl className="flex flex-col gap-2">
            <Fact label={t("hash")} code>
              {comparison.assignmentHash}
            </Fact>
            {comparison.salt ? (
              <Fact label={t("salt")} code>
                {comparison.salt}
              </Fact>
            ) : null}
            {comparison.seed === null ? null : (
              <Fact label={t("seed")} code>
                {comparison.seed}
              </Fact>
            )}
          </dl>
        ) : (
          <p className="text-muted">{t("hashPending")}</p>
        )}
        <div className="mt-3">
          {props.blinding ? (
            <Notice tone={props.blinding.matches ? "done" : "danger"}>
              {t(props.blinding.matches ? "matches" : "differs")}
            </Notice>
          ) : (
            <p className="text-sm text-muted">{t("hashHint")}</p>
          )}
        </div>
      </Card>
    </div>
  );
}

function Fact(props: { label: string; code?: boolean; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{props.label}</dt>
      <dd className={props.code ? "font-mono text-sm break-all" : "min-w-0 break-words"}>{props.children}</dd>
    </>
  );
}
