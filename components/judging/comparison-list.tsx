import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { ComparisonSummary } from "@/lib/judging/schema";
import { ComparisonStateBadge } from "./comparison-state";

export function ComparisonList(props: { studyId: string; comparisons: ComparisonSummary[] }) {
  const t = useTranslations("judging");
  const format = useFormatter();
  return (
    <Card title={t("list")}>
      <Table
        caption={t("list")}
        head={
          <>
            <HeadCell>{t("name")}</HeadCell>
            <HeadCell>{t("state")}</HeadCell>
            <HeadCell>{t("promptSet")}</HeadCell>
            <HeadCell>{t("contestants")}</HeadCell>
            <HeadCell number>{t("judges")}</HeadCell>
            <HeadCell number>{t("votes")}</HeadCell>
            <HeadCell aria-label={t("judge")} />
          </>
        }
      >
        {props.comparisons.map((comparison) => {
          const address = `/studies/${props.studyId}/comparisons/${comparison.id}`;
          return (
            <tr key={comparison.id}>
              <Cell className="font-semibold">
                <Link href={address} className="text-accent hover:underline">
                  {comparison.name}
                </Link>
              </Cell>
              <Cell>
                <ComparisonStateBadge state={comparison.state} />
              </Cell>
              <Cell>{comparison.promptSetName}</Cell>
              <Cell className="text-sm text-muted">
                {comparison.contestants.map(({ checkpointName }) => checkpointName).join(", ")}
              </Cell>
              <Cell number>{format.number(comparison.members.length)}</Cell>
              <Cell number>
                {comparison.state === "draft"
                  ? "–"
                  : `${format.number(comparison.votesCast)} / ${format.number(comparison.wanted)}`}
              </Cell>
              <Cell className="text-right">
                {comparison.judging ? (
                  <ButtonLink size="small" href={`${address}/work`}>
                    {t("judge")}
                  </ButtonLink>
                ) : null}
              </Cell>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}
