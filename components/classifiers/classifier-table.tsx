import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Figure } from "@/components/ui/figure";
import { Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { ClassifierSummary } from "@/lib/classifiers/schema";

export function ClassifierTable(props: { studyId: string; classifiers: ClassifierSummary[] }) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  return (
    <Card title={t("title")}>
      <Table
        caption={t("title")}
        head={
          <>
            <HeadCell>{t("name")}</HeadCell>
            <HeadCell>{t("labels")}</HeadCell>
            <HeadCell number>{t("trainedOn")}</HeadCell>
            <HeadCell number>{t("threshold")}</HeadCell>
            <HeadCell number>{t("measures.precision")}</HeadCell>
            <HeadCell number>{t("measures.recall")}</HeadCell>
            <HeadCell number>{t("measures.f1")}</HeadCell>
            <HeadCell>{t("made")}</HeadCell>
          </>
        }
      >
        {props.classifiers.map((classifier) => (
          <tr key={classifier.id}>
            <Cell>
              <Link
                className="font-semibold text-accent hover:underline"
                href={`/studies/${props.studyId}/classifiers/${classifier.id}`}
              >
                {classifier.name}
              </Link>
              {classifier.judgedByPeople ? null : (
                <span className="block text-sm text-muted">{t("agreementOnly")}</span>
              )}
            </Cell>
            <Cell>{t(`sources.${classifier.source}`)}</Cell>
            <Cell number>{format.number(classifier.documents.train)}</Cell>
            <Cell number>{format.number(classifier.threshold, { maximumFractionDigits: 3 })}</Cell>
            <Cell number>
              <Figure estimate={classifier.precision} />
            </Cell>
            <Cell number>
              <Figure estimate={classifier.recall} />
            </Cell>
            <Cell number>
              <Figure estimate={classifier.f1} />
            </Cell>
            <Cell className="whitespace-nowrap">
              {format.dateTime(new Date(classifier.createdAt), { dateStyle: "medium", timeStyle: "short" })}
            </Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
