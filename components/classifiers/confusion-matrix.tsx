import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeadCell, Table } from "@/components/ui/table";

type Confusion = { truePositive: number; falsePositive: number; falseNegative: number; trueNegative: number };

/** Counts of the test documents themselves, not weighted. */
export function ConfusionMatrix({ confusion }: { confusion: Confusion }) {
  const t = useTranslations("classifiers");
  const format = useFormatter();
  return (
    <div className="max-w-xl">
      <Table
        caption={t("confusion")}
        head={
          <>
            <HeadCell>{t("confusion")}</HeadCell>
            <HeadCell number>{t("judgedMedical")}</HeadCell>
            <HeadCell number>{t("judgedNonMedical")}</HeadCell>
          </>
        }
      >
        <tr>
          <Cell className="font-semibold">{t("calledMedical")}</Cell>
          <Cell number>{format.number(confusion.truePositive)}</Cell>
          <Cell number>{format.number(confusion.falsePositive)}</Cell>
        </tr>
        <tr>
          <Cell className="font-semibold">{t("calledNonMedical")}</Cell>
          <Cell number>{format.number(confusion.falseNegative)}</Cell>
          <Cell number>{format.number(confusion.trueNegative)}</Cell>
        </tr>
      </Table>
    </div>
  );
}
