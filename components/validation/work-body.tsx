"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Notice, Skeleton } from "@/components/ui/surface";
import type { Supply } from "@/components/work/use-supply";
import { WorkRest } from "@/components/work/work-rest";

/** The document (its children), or what stands in its place. */
export function WorkBody(props: {
  /** null: there is none at hand */
  children: ReactNode | null;
  /** a set is done and more is open */
  resting: { done: number; goOn: () => void } | null;
  supply: Supply;
  /** what the person has done so far, as a sentence */
  ownCount: string;
  open: number;
  home: string;
  onLookAgain: () => void;
  /** what the person learns once nothing is left */
  atEnd?: ReactNode;
}) {
  const t = useTranslations("validation.work");
  const { supply } = props;
  const stop = (
    <ButtonLink href={props.home} size="large">
      {t("stop")}
    </ButtonLink>
  );
  if (supply.kind === "stopped") {
    return (
      <WorkRest title={t("stopped")} actions={stop}>
        <ProblemNotice error={supply.error} />
      </WorkRest>
    );
  }
  if (props.resting) {
    const goOn = (
      <Button variant="primary" size="large" onClick={props.resting.goOn}>
        {t("goOn")}
      </Button>
    );
    return (
      <WorkRest
        title={t("setDone", { count: props.resting.done })}
        actions={
          <>
            {goOn}
            {stop}
          </>
        }
      >
        <p>{props.ownCount}</p>
        <p>{t("openCount", { count: props.open })}</p>
      </WorkRest>
    );
  }
  if (props.children) return props.children;
  if (supply.kind === "ready") {
    const actions = (
      <>
        <ButtonLink href={props.home} size="large" variant="primary">
          {t("toStudy")}
        </ButtonLink>
        <Button size="large" onClick={props.onLookAgain}>
          {t("lookAgain")}
        </Button>
      </>
    );
    return (
      <WorkRest title={t("allDone")} actions={actions}>
        <p>{props.ownCount}</p>
        <p>{t("allDoneHint")}</p>
        {props.atEnd}
      </WorkRest>
    );
  }
  return (
    <div
      className="mx-auto flex min-h-0 w-full max-w-[72ch] flex-1 flex-col gap-3 px-4 py-6 sm:px-8"
      aria-busy={supply.kind === "loading"}
    >
      {supply.kind === "loading" ? (
        [90, 100, 95, 80].map((width) => (
          <div key={width} style={{ width: `${width}%` }}>
            <Skeleton className="h-5" />
          </div>
        ))
      ) : (
        <Notice tone="attention" action={<Button onClick={props.onLookAgain}>{t("tryAgain")}</Button>}>
          {t(supply.kind === "signed_out" ? "waitingForSignIn" : "waitingForConnection")}
        </Notice>
      )}
    </div>
  );
}
