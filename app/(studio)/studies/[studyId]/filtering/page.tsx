import Link from "next/link";
import { getFormatter, getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { StartFiltering } from "@/components/classifiers/start-filtering";
import { OpenRuns } from "@/components/models/open-runs";
import { Card, EmptyState, PageHeader } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { listFilteredCorpora } from "@/lib/classifiers/list-filtered";
import { listClassifiers } from "@/lib/classifiers/read-classifiers";
import { listOpenRuns } from "@/lib/compute/list-open-runs";
import { listTrainingCorpora } from "@/lib/models/list-training-corpora";
import { may } from "@/lib/studies/actor";

export default async function FilteringPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params;
  const actor = await requireStudyActor(studyId, "corpora.read");
  const [filtered, classifiers, corpora, open, t, format] = await Promise.all([
    listFilteredCorpora(actor),
    listClassifiers(actor),
    listTrainingCorpora(actor),
    listOpenRuns(actor, ["classify-corpus"]),
    getTranslations("classifiers"),
    getFormatter(),
  ]);
  const imported = corpora.filter((corpus) => !corpus.filtered);
  const ready = classifiers.length > 0 && imported.length > 0;
  return (
    <>
      <PageHeader
        title={t("filtering")}
        description={t("filteringDescription")}
        actions={
          ready && may(actor, "runs.start") ? (
            <StartFiltering studyId={studyId} classifiers={classifiers} corpora={imported} />
          ) : null
        }
      />
      <div className="flex flex-col gap-6">
        <OpenRuns studyId={studyId} runs={open} />
        {filtered.length > 0 ? (
          <Card title={t("filteredCorpora")}>
            <Table
              caption={t("filteredCorpora")}
              head={
                <>
                  <HeadCell>{t("name")}</HeadCell>
                  <HeadCell>{t("classifier")}</HeadCell>
                  <HeadCell number>{t("threshold")}</HeadCell>
                  <HeadCell number>{t("seen")}</HeadCell>
                  <HeadCell number>{t("kept")}</HeadCell>
                  <HeadCell number>{t("keptTokens")}</HeadCell>
                  <HeadCell>{t("filtered")}</HeadCell>
                </>
              }
            >
              {filtered.map((corpus) => (
                <tr key={corpus.id}>
                  <Cell>
                    <Link
                      className="font-semibold text-accent hover:underline"
                      href={`/studies/${studyId}/corpora/${corpus.id}`}
                    >
                      {corpus.name}
                    </Link>
                  </Cell>
                  <Cell>{corpus.classifierName ?? "–"}</Cell>
                  <Cell number>
                    {corpus.threshold === null ? "–" : format.number(corpus.threshold, { maximumFractionDigits: 3 })}
                  </Cell>
                  <Cell number>{corpus.seen === null ? "–" : format.number(corpus.seen)}</Cell>
                  <Cell number>
                    {format.number(corpus.documents)}
                    {corpus.seen
                      ? ` (${format.number(corpus.documents / corpus.seen, { style: "percent", maximumFractionDigits: 1 })})`
                      : ""}
                  </Cell>
                  <Cell number>{corpus.keptTokens === null ? "–" : format.number(corpus.keptTokens)}</Cell>
                  <Cell>
                    <Link className="text-accent hover:underline" href={`/studies/${studyId}/runs/${corpus.runId}`}>
                      {format.dateTime(new Date(corpus.createdAt), { dateStyle: "medium", timeStyle: "short" })}
                    </Link>
                  </Cell>
                </tr>
              ))}
            </Table>
          </Card>
        ) : open.length === 0 ? (
          <EmptyState title={t("nothingFiltered")}>{ready ? t("nothingFilteredHint") : t("filteringNeeds")}</EmptyState>
        ) : null}
      </div>
    </>
  );
}
