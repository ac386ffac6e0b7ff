"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { call } from "@/lib/platform/http/call";
import { changeRoundOperation, closeRoundOperation, openRoundOperation } from "@/lib/validation/api";
import type { ChangeRoundInput, RoundDetail, RoundOptions } from "@/lib/validation/schema";
import { LimitsFields, limitsOf } from "./limits-fields";
import { PeopleField } from "./people-field";

/** What can be done with the round in its state: one next step in front. */
export function RoundActions(props: {
  studyId: string;
  round: RoundDetail;
  people: RoundOptions["people"] | null;
  mayAdjudicate: boolean;
  labellings: Labellings;
}) {
  const t = useTranslations("validation.round");
  const [asking, setAsking] = useState<"open" | "close" | "people" | "limits" | null>(null);
  const { round, studyId } = props;
  const page = `/studies/${studyId}/rounds/${round.id}`;
  const mayChange = props.people !== null;
  const done = () => setAsking(null);
  return (
    <>
      {round.deciding ? (
        <ButtonLink variant="primary" href={`${page}/work`}>
          {t("validate")}
        </ButtonLink>
      ) : null}
      {props.mayAdjudicate && (round.contested?.open ?? 0) > 0 ? (
        <ButtonLink href={`${page}/adjudicate`}>{t("adjudicate")}</ButtonLink>
      ) : null}
      {round.state !== "draft" ? (
        <ButtonLink variant={round.state === "closed" ? "primary" : "secondary"} href={`${page}/quality`}>
          {t("quality")}
        </ButtonLink>
      ) : null}
      {round.state === "draft" && mayChange ? (
        <>
          <ButtonLink href={`${page}/edit`}>{t("edit")}</ButtonLink>
          <Button variant="primary" onClick={() => setAsking("open")}>
            {t("open")}
          </Button>
        </>
      ) : null}
      {round.state === "open" && mayChange ? (
        <>
          <Button onClick={() => setAsking("people")}>{t("addPeople")}</Button>
          <Button onClick={() => setAsking("limits")}>{t("changeLimits")}</Button>
          <Button variant="danger" onClick={() => setAsking("close")}>
            {t("close")}
          </Button>
        </>
      ) : null}
      {asking === "open" || asking === "close" ? (
        <ConfirmMove studyId={studyId} round={round} move={asking} onDone={done} />
      ) : null}
      {asking === "limits" ? (
        <ChangeLimits studyId={studyId} round={round} labellings={props.labellings} onDone={done} />
      ) : null}
      {asking === "people" && props.people ? (
        <AddPeople studyId={studyId} round={round} people={props.people} onDone={done} />
      ) : null}
    </>
  );
}

function ConfirmMove(props: { studyId: string; round: RoundDetail; move: "open" | "close"; onDone: () => void }) {
  const t = useTranslations("validation.round");
  const router = useRouter();
  const { round, move } = props;
  const change = useMutation({
    mutationFn: () =>
      call(move === "open" ? openRoundOperation : closeRoundOperation, {
        params: { studyId: props.studyId, roundId: round.id },
      }),
    onSuccess: () => {
      router.refresh();
      props.onDone();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onDone()}
      title={t(`${move}Title`)}
      description={
        move === "open"
          ? t("openText", { people: round.members.length })
          : t("closeText", { missing: round.wanted - round.decided })
      }
    >
      <ProblemNotice error={change.error} />
      <div className="mt-2 flex justify-end gap-2">
        <Button onClick={props.onDone}>{t("cancel")}</Button>
        <Button
          variant={move === "open" ? "primary" : "danger"}
          busy={change.isPending}
          onClick={() => change.mutate()}
        >
          {t(move)}
        </Button>
      </div>
    </Dialog>
  );
}

type Labellings = RoundOptions["draws"][number]["labellings"];

/** Changes an open round; `onDone` once that is done. */
function useChangeRound(of: { studyId: string; round: RoundDetail; onDone: () => void }, body: ChangeRoundInput) {
  const router = useRouter();
  const params = { studyId: of.studyId, roundId: of.round.id };
  return useMutation({
    mutationFn: () => call(changeRoundOperation, { params, body }),
    onSuccess: () => {
      router.refresh();
      of.onDone();
    },
  });
}

function ChangeLimits(props: { studyId: string; round: RoundDetail; labellings: Labellings; onDone: () => void }) {
  const t = useTranslations("validation.round");
  const before = limitsOf(props.round);
  const [limits, setLimits] = useState(before);
  const { stopRule, ...rest } = limits;
  // An unchanged rule is not sent: the studio would look at it anew.
  const changed = JSON.stringify(stopRule) !== JSON.stringify(before.stopRule);
  const change = useChangeRound(props, changed ? limits : rest);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onDone()}
      title={t("changeLimits")}
      description={t("changeLimitsText")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <LimitsFields
          limits={limits}
          labellings={props.labellings}
          convenience={props.round.convenience}
          onChange={setLimits}
        />
        <ProblemNotice error={change.error} />
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={props.onDone}>{t("cancel")}</Button>
          <Button type="submit" variant="primary" busy={change.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function AddPeople(props: { studyId: string; round: RoundDetail; people: RoundOptions["people"]; onDone: () => void }) {
  const t = useTranslations("validation.round");
  const present = props.round.members.map((member) => member.personId);
  const [chosen, setChosen] = useState(present);
  const change = useChangeRound(props, { memberIds: chosen });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onDone()}
      title={t("addPeople")}
      description={t("addPeopleText")}
    >
      <PeopleField people={props.people} chosen={chosen} fixed={present} onChange={setChosen} />
      <ProblemNotice error={change.error} />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={props.onDone}>{t("cancel")}</Button>
        <Button variant="primary" busy={change.isPending} onClick={() => change.mutate()}>
          {t("save")}
        </Button>
      </div>
    </Dialog>
  );
}
