import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { ButtonLink } from "@/components/ui/button";
import { Notice, PageHeader } from "@/components/ui/surface";
import { QualityView } from "@/components/validation/quality/quality-view";
import { StopRuleNotice } from "@/components/validation/stop-rule-notice";
import { Problem } from "@/lib/platform/problem";
import { may } from "@/lib/studies/actor";
import { readQuality } from "@/lib/validation/quality/read-quality";
import { qualityQuery } from "@/lib/validation/quality/schema";
import { readRound } from "@/lib/validation/read-round";

type Props = {
  params: Promise<{ studyId: string; roundId: string }>;
  searchParams: Promise<Record<string, unknown>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("quality"))("title") };
}

export default async function QualityPage(props: Props) {
  const { studyId, roundId } = await props.params;
  const actor = await requireStudyActor(studyId, "quality.read");
  // An address that makes no sense shows the page as it is without.
  const query = qualityQuery.catch({ target: "like_these" }).parse(await props.searchParams);
  const [round, t] = await Promise.all([orNotFound(readRound(actor, roundId)), getTranslations("quality")]);
  const page = `/studies/${studyId}/rounds/${roundId}`;
  const header = (
    <PageHeader
      title={t("title")}
      description={t("description", { round: round.name })}
      actions={<ButtonLink href={page}>{t("toRound")}</ButtonLink>}
    />
  );
  if (round.state === "draft") {
    return (
      <>
        {header}
        <Notice>{t("draft")}</Notice>
      </>
    );
  }
  if (round.deciding) {
    return (
      <>
        {header}
        <Notice
          title={t("hidden")}
          action={
            <ButtonLink variant="primary" href={`${page}/work`}>
              {t("validate")}
            </ButtonLink>
          }
        >
          <p>{t("hiddenHint")}</p>
        </Notice>
      </>
    );
  }
  const quality = await orNotFound(
    readQuality(actor, roundId, query).catch((error: unknown) => {
      const codes = ["labelling_not_of_round", "target_needs_two_phases"];
      if (error instanceof Problem && codes.includes(error.code)) redirect(`${page}/quality`);
      throw error;
    }),
  );
  return (
    <>
      {header}
      <div className="mb-6 empty:hidden">
        <StopRuleNotice round={round} />
      </div>
      <QualityView
        studyId={studyId}
        quality={quality}
        query={query}
        mayAdjudicate={may(actor, "rounds.adjudicate")}
        mayExport={may(actor, "rounds.export")}
        stopped={round.stoppedAt !== null}
      />
    </>
  );
}
