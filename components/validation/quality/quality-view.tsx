import { useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button";
import { DownloadLink } from "@/components/ui/download-link";
import { LookAgain } from "@/components/ui/look-again";
import { Card, EmptyState, Notice } from "@/components/ui/surface";
import { addressOf } from "@/lib/platform/http/call";
import {
  exportConfusionOperation,
  exportDetailsOperation,
  exportFiguresOperation,
  readCompleteQualityOperation,
} from "@/lib/validation/api";
import type { Quality, QualityQuery } from "@/lib/validation/quality/schema";
import { RoundExport } from "../round-export";
import { AgreementView } from "./agreement-view";
import { ComparisonView } from "./comparison-view";
import { ConfusionMatrix } from "./confusion-matrix";
import { ConsistencyTable } from "./consistency-table";
import { DisputedView } from "./disputed-view";
import { DriftView } from "./drift-view";
import { LabelErrorsView } from "./label-errors-view";
import { LabelFigures } from "./label-figures";
import { MeasuresChart } from "./measures-chart";
import { PaceView } from "./pace-view";
import { PartsView } from "./parts-view";
import { PredictionPoweredView } from "./prediction-powered-view";
import { QualityChoice } from "./quality-choice";
import { StratumTable } from "./stratum-table";

/** The page that answers: can we use these labels? */
export function QualityView(props: {
  studyId: string;
  quality: Quality;
  query: QualityQuery;
  mayAdjudicate: boolean;
  mayExport: boolean;
  /** by its stop rule */
  stopped: boolean;
}) {
  const t = useTranslations("quality");
  const { studyId, quality } = props;
  const { target } = props.query;
  const { round, labelQuality, labellings } = quality;
  const params = { studyId, roundId: round.id };
  const query = { ...props.query, labelling: quality.labelling ?? undefined };
  const chosen = labellings.find((run) => run.id === quality.labelling);
  const waiting = chosen && chosen.state !== "counted" ? chosen.state : null;
  return (
    <div className="flex flex-col gap-6">
      {round.state === "open" && round.decided < round.wanted ? (
        <Notice tone="attention">{t("interim", { decided: round.decided, wanted: round.wanted })}</Notice>
      ) : null}
      {round.state === "closed" && round.decided < round.wanted && !props.stopped ? (
        <Notice tone="attention">{t("unfinished", { decided: round.decided, wanted: round.wanted })}</Notice>
      ) : null}
      {round.convenience ? <Notice tone="attention">{t("convenience")}</Notice> : null}
      {quality.contested > 0 ? (
        <Notice
          action={
            props.mayAdjudicate ? (
              <ButtonLink href={`/studies/${studyId}/rounds/${round.id}/adjudicate`}>{t("adjudicate")}</ButtonLink>
            ) : undefined
          }
        >
          {t("contested", { count: quality.contested })}
        </Notice>
      ) : null}
      {chosen?.local ? <Notice tone="attention">{t("localModel")}</Notice> : null}
      {labellings.length > 0 ? (
        <QualityChoice
          labellings={labellings}
          chosen={quality.labelling}
          target={target}
          twoPhases={labelQuality?.twoPhases ?? target === "drawn_sample"}
        />
      ) : (
        <EmptyState title={t("noLabelling")}>{t("noLabellingHint")}</EmptyState>
      )}
      {waiting ? (
        <Notice>
          <LookAgain seconds={waiting === "counting" ? 3 : 15} />
          <p>{t(waiting, { labelled: chosen?.labelled ?? 0, total: chosen?.total ?? 0 })}</p>
        </Notice>
      ) : null}
      {labelQuality ? (
        <>
          <section aria-label={t("figures")} className="flex flex-col gap-4">
            <h2 className="text-lg font-semibold">{t("figures")}</h2>
            <p className="max-w-[90ch] text-muted">
              {t("compared", { compared: labelQuality.compared, unlabelled: labelQuality.unlabelled })}{" "}
              {t("gold", quality.gold)}
            </p>
            {labelQuality.twoPhases ? (
              <Notice>{t(target === "drawn_sample" ? "speaksOfSample" : "twoPhases")}</Notice>
            ) : null}
            <LabelFigures quality={labelQuality} />
          </section>
          {labelQuality.problem ? null : (
            <Card>
              <MeasuresChart quality={labelQuality} />
            </Card>
          )}
          <Card
            title={t("confusion")}
            actions={
              <DownloadLink href={addressOf(exportConfusionOperation, params, query)} name="confusion.csv">
                CSV
              </DownloadLink>
            }
          >
            <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("confusionHint")}</p>
            <ConfusionMatrix rows={labelQuality.confusion} />
          </Card>
          {round.convenience ? null : (
            <>
              <Card title={t("allLabels")}>
                <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("allLabelsHint")}</p>
                <PredictionPoweredView quality={labelQuality} />
              </Card>
              <Card title={t("strata")}>
                <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("strataHint")}</p>
                <StratumTable strata={labelQuality.strata} twoPhases={labelQuality.twoPhases} />
              </Card>
              <Card title={t("parts")}>
                <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("partsHint")}</p>
                <PartsView params={params} query={query} />
              </Card>
              {labelQuality.labelErrors ? (
                <Card title={t("labelErrors")}>
                  <LabelErrorsView errors={labelQuality.labelErrors} />
                </Card>
              ) : null}
              <Card title={t("comparison")}>
                <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("comparisonHint")}</p>
                <ComparisonView params={params} query={query} labellings={labellings} />
              </Card>
            </>
          )}
        </>
      ) : null}
      <Card title={t("agreement")}>
        <AgreementView agreement={quality.agreement} />
      </Card>
      {quality.consistency.length > 0 ? (
        <Card title={t("consistency")}>
          <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("consistencyHint")}</p>
          <ConsistencyTable consistency={quality.consistency} />
        </Card>
      ) : null}
      {round.convenience ? null : (
        <Card title={t("drift.title")}>
          <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("drift.hint")}</p>
          <DriftView params={params} query={query} />
        </Card>
      )}
      <Card title={t("pace.title")}>
        <PaceView params={params} />
      </Card>
      <Card title={t("disputed")}>
        {round.state === "closed" ? (
          <>
            <p className="mb-3 max-w-[90ch] text-sm text-muted">{t("disputedHint")}</p>
            <DisputedView studyId={studyId} roundId={round.id} />
          </>
        ) : (
          <p className="text-muted">{t("disputedLater")}</p>
        )}
      </Card>
      <Card title={t("export")}>
        <p className="mb-3 text-sm text-muted">{t("exportHint")}</p>
        <div className="flex flex-wrap gap-2">
          <DownloadLink href={addressOf(exportFiguresOperation, params, query)} name="label-quality.csv">
            {t("figuresCsv")}
          </DownloadLink>
          <DownloadLink href={addressOf(exportDetailsOperation, params, query)} name="label-quality-details.csv">
            {t("detailsCsv")}
          </DownloadLink>
          <DownloadLink href={addressOf(readCompleteQualityOperation, params, query)} name="label-quality.json">
            {t("figuresJson")}
          </DownloadLink>
        </div>
      </Card>
      {props.mayExport ? (
        <RoundExport studyId={studyId} roundId={round.id} interim={round.state === "open"} deciding={false} />
      ) : null}
    </div>
  );
}
