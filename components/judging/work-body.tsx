"use client";

import { useTranslations } from "next-intl";
import { Button, ButtonLink } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Notice, Skeleton } from "@/components/ui/surface";
import type { Supply } from "@/components/work/use-supply";
import { WorkRest } from "@/components/work/work-rest";
import { PairView } from "./pair-view";
import type { Pair } from "./use-pairs";

/** The pair, or what stands in its place. */
export function WorkBody(props: {
  pair: Pair | null;
  title: string;
  takeFocus: boolean;
  supply: Supply;
  count: number;
  home: string;
  onLookAgain: () => void;
}) {
  const t = useTranslations("judging.work");
  const { supply, pair } = props;
  const leave = (
    <ButtonLink href={props.home} size="large" variant="primary">
      {t("toStudy")}
    </ButtonLink>
  );
  if (supply.kind === "stopped") {
    return (
      <WorkRest title={t("stopped")} actions={leave}>
        <ProblemNotice error={supply.error} />
      </WorkRest>
    );
  }
  // By its id: each pair begins at its top, with answer A.
  if (pair) return <PairView key={pair.id} pair={pair} title={props.title} takeFocus={props.takeFocus} />;
  if (supply.kind === "ready") {
    const actions = (
      <>
        {leave}
        <Button size="large" onClick={props.onLookAgain}>
          {t("lookAgain")}
        </Button>
      </>
    );
    return (
      <WorkRest title={t("allDone")} actions={actions}>
        <p>{t("ownCount", { count: props.count })}</p>
        <p>{t("allDoneHint")}</p>
      </WorkRest>
    );
  }
  return (
    <div
      className="mx-auto flex min-h-0 w-full max-w-[1280px] flex-1 flex-col gap-4 px-4 py-6 sm:px-6"
      aria-busy={supply.kind === "loading"}
    >
      {supply.kind === "loading" ? (
        <>
          <Skeleton className="h-16" />
          <div className="grid flex-1 gap-4 md:grid-cols-2">
            <Skeleton className="h-full" />
            <Skeleton className="h-full max-md:hidden" />
          </div>
        </>
      ) : (
        <Notice tone="attention" action={<Button onClick={props.onLookAgain}>{t("tryAgain")}</Button>}>
          {t(supply.kind === "signed_out" ? "waitingForSignIn" : "waitingForConnection")}
        </Notice>
      )}
    </div>
  );
}
