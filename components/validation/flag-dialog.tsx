"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox } from "@/components/ui/field";
import { type DecisionFlag, decisionFlags } from "@/lib/validation/schema";

/** What is the matter with the document. Keys 1 to 4 toggle, Enter applies, Escape leaves all as it was. */
export function FlagDialog(props: {
  flags: DecisionFlag[];
  onApply: (flags: DecisionFlag[]) => void;
  onClose: () => void;
}) {
  const t = useTranslations("validation.flagDialog");
  const names = useTranslations("validation.flags");
  const [flags, setFlags] = useState(props.flags);
  const toggle = (flag: DecisionFlag) =>
    setFlags((before) => (before.includes(flag) ? before.filter((one) => one !== flag) : [...before, flag]));
  const press = (event: KeyboardEvent) => {
    const flag = decisionFlags[Number(event.key) - 1];
    if (flag) {
      event.preventDefault();
      toggle(flag);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && props.onClose()} title={t("title")} description={t("description")}>
      <form
        className="flex flex-col gap-3"
        onKeyDown={press}
        onSubmit={(event) => {
          event.preventDefault();
          props.onApply(flags);
        }}
      >
        {decisionFlags.map((flag, index) => (
          <Checkbox
            key={flag}
            // The keys work at once, without the way past the dialog's cross.
            autoFocus={index === 0}
            checked={flags.includes(flag)}
            onChange={() => toggle(flag)}
            label={
              <>
                {names(flag)} <kbd className="ml-1 font-sans text-xs text-muted pointer-coarse:hidden">{index + 1}</kbd>
              </>
            }
          />
        ))}
        <div className="mt-2 flex justify-end gap-2">
          <Button onClick={props.onClose}>{t("cancel")}</Button>
          <Button type="submit" variant="primary">
            {t("apply")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
