"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { BandChart } from "@/components/charts/band-chart";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Skeleton } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { readPaceOperation } from "@/lib/validation/api";

/** Beyond so many people the table says more than small pictures. */
const mostCharts = 12;

/** How long each person takes for a decision; for owners of a study that shows it, the reason why not for others. */
export function PaceView({ params }: { params: { studyId: string; roundId: string } }) {
  const t = useTranslations("quality.pace");
  const quality = useTranslations("quality");
  const format = useFormatter();
  const answer = useQuery({
    queryKey: ["quality-pace", params.roundId],
    queryFn: () => call(readPaceOperation, { params }),
  });
  if (answer.error) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton className="h-16" />;
  const { shown, people } = answer.data;
  if (shown !== "shown") return <p className="max-w-[90ch] text-muted">{t(shown)}</p>;
  if (people.length === 0) return <p className="text-muted">{t("none")}</p>;
  const seconds = (value: number) =>
    `${format.number(value, { maximumFractionDigits: 1, minimumFractionDigits: 1 })} ${t("seconds")}`;
  const drawn = people.filter(({ parts }) => parts.length > 1);
  const most = Math.max(10, ...people.flatMap(({ parts }) => parts.map((part) => part.upperQuartile)));
  return (
    <div className="flex flex-col gap-6">
      <p className="max-w-[90ch] text-sm text-muted">{t("hint")}</p>
      <Table
        caption={t("title")}
        head={
          <>
            <HeadCell>{quality("person")}</HeadCell>
            <HeadCell number>{t("decisions")}</HeadCell>
            <HeadCell number>{t("lowerQuartile")}</HeadCell>
            <HeadCell number>{t("median")}</HeadCell>
            <HeadCell number>{t("upperQuartile")}</HeadCell>
          </>
        }
      >
        {people.map(({ personId, person, pace }) => (
          <tr key={personId}>
            <Cell>{person}</Cell>
            <Cell number>{format.number(pace.n)}</Cell>
            <Cell number>{seconds(pace.lowerQuartile)}</Cell>
            <Cell number className="font-semibold">
              {seconds(pace.median)}
            </Cell>
            <Cell number>{seconds(pace.upperQuartile)}</Cell>
          </tr>
        ))}
      </Table>
      <div className="grid gap-6 md:grid-cols-2 lg:grid-cols-3">
        {drawn.slice(0, mostCharts).map(({ personId, person, pace, parts }) => (
          <BandChart
            key={personId}
            title={person}
            description={t("bands")}
            n={pace.n}
            height={220}
            x={{ label: t("part"), domain: [1, parts.length], format: { maximumFractionDigits: 0 } }}
            // The same scale for all, so that they can be compared.
            y={{
              label: t("secondsPer"),
              unit: "s",
              domain: [0, Math.ceil(most / 10) * 10],
              format: { maximumFractionDigits: 1 },
            }}
            series={[
              {
                id: "pace",
                label: person,
                points: parts.map((part, index) => ({
                  x: index + 1,
                  y: part.median,
                  lower: part.lowerQuartile,
                  upper: part.upperQuartile,
                })),
              },
            ]}
          />
        ))}
      </div>
      {drawn.length > mostCharts ? (
        <p className="text-sm text-muted">{t("morePeople", { count: drawn.length - mostCharts })}</p>
      ) : null}
    </div>
  );
}
