import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { orNotFound, requireStudyActor } from "@/app/_server/actor";
import { Badge, Card, PageHeader } from "@/components/ui/surface";
import { DecidedItems } from "@/components/validation/decided-items";
import { Instructions } from "@/components/validation/instructions";
import { RoundActions } from "@/components/validation/round-actions";
import { RoundExport } from "@/components/validation/round-export";
import { RoundFacts } from "@/components/validation/round-facts";
import { RoundPlanCard } from "@/components/validation/round-plan";
import { RoundProgress } from "@/components/validation/round-progress";
import { RoundStateBadge } from "@/components/validation/round-state";
import { StopRuleNotice } from "@/components/validation/stop-rule-notice";
import { TrainingCard } from "@/components/validation/training/training-card";
import { may } from "@/lib/studies/actor";
import { readLabellingChoice } from "@/lib/validation/read-labelling-choice";
import { readRound } from "@/lib/validation/read-round";
import { readRoundOptions } from "@/lib/validation/read-round-options";
import { readTraining } from "@/lib/validation/training/read-training";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("validation.round"))("title") };
}

export default async function RoundPage(props: { params: Promise<{ studyId: string; roundId: string }> }) {
  const { studyId, roundId } = await props.params;
  const actor = await requireStudyActor(studyId, "rounds.read");
  const [round, options, training, locale, t, rounds] = await Promise.all([
    orNotFound(readRound(actor, roundId)),
    readRoundOptions(actor),
    orNotFound(readTraining(actor, roundId)),
    getLocale(),
    getTranslations("validation.round"),
    getTranslations("validation.rounds"),
  ]);
  const labelling = round.state === "closed" ? await readLabellingChoice(round) : null;
  const draw = options.draws.find(({ id }) => id === round.drawId);
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {round.name} <RoundStateBadge state={round.state} />
            {round.convenience ? <Badge tone="attention">{rounds("convenience")}</Badge> : null}
          </span>
        }
        actions={
          <RoundActions
            studyId={studyId}
            round={round}
            people={may(actor, "rounds.change") ? options.people : null}
            mayAdjudicate={may(actor, "rounds.adjudicate")}
            labellings={draw?.labellings ?? []}
          />
        }
      />
      <div className="grid gap-6 lg:grid-cols-2">
        <div className="empty:hidden lg:col-span-2">
          <StopRuleNotice round={round} />
        </div>
        <RoundProgress key={round.state} studyId={studyId} initial={round} />
        <RoundFacts studyId={studyId} round={round} size={draw?.size ?? null} />
        {round.state === "open" && !round.deciding && may(actor, "quality.read") ? (
          <div className="min-w-0 lg:col-span-2">
            <RoundPlanCard studyId={studyId} roundId={roundId} convenience={round.convenience} />
          </div>
        ) : null}
        {round.state === "closed" ? (
          <div className="min-w-0 lg:col-span-2">
            <DecidedItems studyId={studyId} roundId={roundId} labelling={labelling} />
          </div>
        ) : null}
        {round.state !== "draft" && may(actor, "rounds.export") ? (
          <div className="min-w-0 lg:col-span-2">
            <RoundExport
              studyId={studyId}
              roundId={roundId}
              interim={round.state === "open"}
              deciding={round.deciding}
            />
          </div>
        ) : null}
        <div className="min-w-0 empty:hidden lg:col-span-2">
          <TrainingCard
            studyId={studyId}
            roundId={roundId}
            training={training}
            mayChange={may(actor, "rounds.change")}
          />
        </div>
        <Card title={t("instructions")} className="lg:col-span-2">
          <Instructions text={locale === "de" ? round.instructionsDe : round.instructionsEn} />
        </Card>
      </div>
    </>
  );
}
