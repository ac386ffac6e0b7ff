import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStudyActor } from "@/app/_server/actor";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState, PageHeader } from "@/components/ui/surface";
import { HighlightWords } from "@/components/validation/highlight/highlight-words";
import { ShowPace } from "@/components/validation/pace/show-pace";
import { RoundList } from "@/components/validation/round-list";
import { may } from "@/lib/studies/actor";
import { readHighlightWords } from "@/lib/validation/highlight/change-highlight-words";
import { listRounds } from "@/lib/validation/list-rounds";
import { readShowPace } from "@/lib/validation/pace/show-pace";
import { readRoundOptions } from "@/lib/validation/read-round-options";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.rounds"))("title") };
}

export default async function RoundsPage(props: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.read");
  const [rounds, options, { words }, { showPace }, t] = await Promise.all([
    listRounds(actor),
    readRoundOptions(actor),
    readHighlightWords(actor),
    readShowPace(actor),
    getTranslations("validation.rounds"),
  ]);
  const create = (
    <ButtonLink variant="primary" href={`/studies/${studyId}/rounds/new`}>
      {t("create")}
    </ButtonLink>
  );
  const ready = options.draws.length > 0 && may(actor, "rounds.change");
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            {may(actor, "rounds.import") ? (
              <ButtonLink href={`/studies/${studyId}/rounds/import`}>{t("import")}</ButtonLink>
            ) : null}
            {ready && rounds.length > 0 ? create : null}
          </>
        }
      />
      {rounds.length > 0 ? <RoundList studyId={studyId} rounds={rounds} /> : null}
      {rounds.length === 0 && options.draws.length > 0 ? (
        <EmptyState title={t("none")} action={ready ? create : null}>
          {t("noneHint")}
        </EmptyState>
      ) : null}
      {rounds.length === 0 && options.draws.length === 0 ? (
        <EmptyState
          title={t("noSample")}
          action={
            <ButtonLink variant="primary" href={`/studies/${studyId}/samples`}>
              {t("toSamples")}
            </ButtonLink>
          }
        >
          {t("noSampleHint")}
        </EmptyState>
      ) : null}
      {may(actor, "rounds.change") ? (
        <div className="mt-6">
          <HighlightWords studyId={studyId} words={words} />
        </div>
      ) : null}
      {may(actor, "study.change") ? (
        <div className="mt-6">
          <ShowPace studyId={studyId} showPace={showPace} />
        </div>
      ) : null}
    </>
  );
}
