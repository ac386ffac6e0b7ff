"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { TokenBudgetField, tokenBudgetOf } from "./token-budget-field";

/** `name`: of the work, among others on the page. `resumes`: it waits for more budget and goes on with it. */
export function ChangeBudget(props: {
  tokenBudget: number | null;
  name: string;
  resumes: boolean;
  /** resolves when it is stored */
  change: (tokenBudget: number | null) => Promise<unknown>;
}) {
  const t = useTranslations("labelling.spending");
  const [open, setOpen] = useState(false);
  const change = useMutation({ mutationFn: props.change, onSuccess: () => setOpen(false) });
  return (
    <>
      <Button size="small" aria-label={`${t("change")}: ${props.name}`} onClick={() => setOpen(true)}>
        {t("change")}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("change")}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate(tokenBudgetOf(new FormData(event.currentTarget)));
          }}
        >
          <TokenBudgetField price={null} usual={props.tokenBudget} />
          <ProblemNotice error={change.error} />
          <Button type="submit" variant="primary" className="self-start" busy={change.isPending}>
            {props.resumes ? t("saveAndResume") : t("save")}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
