import { useFormatter, useTranslations } from "next-intl";
import { Figure } from "@/components/ui/figure";
import { EmptyState } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { type Agreement, coefficients } from "@/lib/validation/quality/schema";
import { FigureCard } from "./figure-card";
import { useProblemText } from "./problem-text";

const mostPairs = 50;

/** How far people agree with each other: several coefficients side by side, since each fails in its own way. */
export function AgreementView({ agreement }: { agreement: Agreement }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const problemText = useProblemText();
  if (agreement.double === 0) return <EmptyState title={t("noDoubles")}>{t("noDoublesHint")}</EmptyState>;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">{t("agreementRows", { double: agreement.double, single: agreement.single })}</p>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {coefficients.map((name) => {
          const { estimate, problem } = agreement.figures[name];
          return (
            <FigureCard
              key={name}
              name={t(`coefficients.${name}`)}
              estimate={estimate}
              missing={problem ? problemText(problem) : "–"}
              explanation={t(`coefficientExplanations.${name}`)}
            />
          );
        })}
      </div>
      <h3 className="mt-2 font-semibold">{t("kappa")}</h3>
      <p className="text-sm text-muted">{t("kappaExplanation")}</p>
      <Table
        caption={t("kappa")}
        head={
          <>
            <HeadCell>{t("pair")}</HeadCell>
            <HeadCell number>{t("sharedDocuments")}</HeadCell>
            <HeadCell number>κ</HeadCell>
          </>
        }
      >
        {agreement.pairs.slice(0, mostPairs).map((pair) => (
          <tr key={`${pair.first} ${pair.second}`}>
            <Cell>
              {pair.first} – {pair.second}
            </Cell>
            <Cell number>{format.number(pair.items)}</Cell>
            <Cell number className="whitespace-normal!">
              {pair.problem ? (
                <span className="text-muted">{problemText(pair.problem)}</span>
              ) : (
                <Figure estimate={pair.estimate} />
              )}
            </Cell>
          </tr>
        ))}
      </Table>
      {agreement.pairs.length > mostPairs ? (
        <p className="text-sm text-muted">{t("morePairs", { count: agreement.pairs.length - mostPairs })}</p>
      ) : null}
    </div>
  );
}
