"use client";

import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/surface";
import { NoteField } from "@/components/work/note-field";
import type { OutboxState } from "@/components/work/outbox";
import { SendingSign } from "@/components/work/sending-sign";
import { WorkBar } from "@/components/work/work-bar";
import type { DecisionFlag, DecisionLabel } from "@/lib/validation/schema";
import { DecisionBar } from "./decision-bar";
import { HighlightBar } from "./highlight/highlight-bar";
import type { Highlighting } from "./highlight/use-highlighting";
import { ToolBar } from "./tool-bar";

/** The answers, and what has been noted on the document on the screen; always in view. */
export function WorkFooter(props: {
  /** null: there is nothing to decide */
  document: { draft: { note: string; flags?: DecisionFlag[] } } | null;
  noting: boolean;
  canUndo: boolean;
  outgoing: OutboxState;
  highlighting: Highlighting;
  /** back to the document */
  onLeaveSearch: () => void;
  onDecide: (label: DecisionLabel) => void;
  onNote: (note: string) => void;
  onNoted: () => void;
  tools: Parameters<typeof ToolBar>[0]["actions"];
  /** other words for "unsure" */
  unsure?: string;
}) {
  const t = useTranslations("validation.work");
  const flagNames = useTranslations("validation.flags");
  const { document, noting } = props;
  const draft = document?.draft;
  const flags = draft?.flags ?? [];
  const idle = document === null;
  return (
    <WorkBar>
      {props.highlighting.on && !idle ? (
        <HighlightBar highlighting={props.highlighting} onLeave={props.onLeaveSearch} />
      ) : null}
      {draft && (flags.length > 0 || (draft.note && !noting)) ? (
        <p className="flex flex-wrap items-center gap-2 text-sm">
          {flags.map((flag) => (
            <Badge key={flag} tone="attention">
              {flagNames(flag)}
            </Badge>
          ))}
          {draft.note && !noting ? <span className="min-w-0 truncate text-muted">{draft.note}</span> : null}
        </p>
      ) : null}
      {draft && noting ? (
        <NoteField
          label={t("note")}
          placeholder={t("notePlaceholder")}
          note={draft.note}
          onChange={props.onNote}
          onDone={props.onNoted}
        />
      ) : null}
      {idle ? null : <DecisionBar onDecide={props.onDecide} unsure={props.unsure} />}
      <ToolBar
        actions={props.tools}
        disabled={{ undo: !props.canUndo, skip: idle, flag: idle, note: idle }}
        pressed={{
          flag: flags.length > 0,
          note: (draft?.note ?? "") !== "",
          highlight: props.highlighting.on,
        }}
      >
        <SendingSign state={props.outgoing} />
      </ToolBar>
    </WorkBar>
  );
}
