"use client";

import { useTranslations } from "next-intl";
import { Textarea } from "@/components/ui/field";

/** A note on the document, kept with the decision. Enter or Escape goes back to the document, Shift+Enter breaks the line. */
export function NoteField(props: { note: string; onChange: (note: string) => void; onDone: () => void }) {
  const t = useTranslations("validation.work");
  return (
    <Textarea
      autoFocus
      rows={2}
      maxLength={2000}
      aria-label={t("note")}
      placeholder={t("notePlaceholder")}
      value={props.note}
      onChange={(event) => props.onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey)) return;
        event.preventDefault();
        props.onDone();
      }}
      onBlur={props.onDone}
    />
  );
}
