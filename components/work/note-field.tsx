"use client";

import { Textarea } from "@/components/ui/field";

/** A note, kept with the decision. Enter or Escape goes back to what is decided on, Shift+Enter breaks the line. */
export function NoteField(props: {
  label: string;
  placeholder: string;
  note: string;
  onChange: (note: string) => void;
  onDone: () => void;
}) {
  return (
    <Textarea
      autoFocus
      rows={2}
      maxLength={2000}
      aria-label={props.label}
      placeholder={props.placeholder}
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
