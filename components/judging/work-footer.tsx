"use client";

import { useTranslations } from "next-intl";
import { Checkbox } from "@/components/ui/field";
import { NoteField } from "@/components/work/note-field";
import type { OutboxState } from "@/components/work/outbox";
import { SendingSign } from "@/components/work/sending-sign";
import { WorkBar } from "@/components/work/work-bar";
import { type VoteOutcome, voteReasons } from "@/lib/judging/schema";
import type { Pair, VoteDraft } from "./use-pairs";
import { VoteBar } from "./vote-bar";

const tool =
  "inline-flex h-11 items-center gap-1 rounded-base px-2 hover:bg-sunken disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:text-accent sm:h-8";

/** Votes, why, and what else can be done with a pair; always in view. */
export function WorkFooter(props: {
  /** null: there is nothing to vote on */
  pair: Pair | null;
  noting: boolean;
  canUndo: boolean;
  outgoing: OutboxState;
  onVote: (outcome: VoteOutcome) => void;
  onDraft: (draft: VoteDraft) => void;
  onNoting: (noting: boolean) => void;
  onUndo: () => void;
}) {
  const t = useTranslations("judging.work");
  const draft = props.pair?.draft ?? null;
  return (
    <WorkBar wide>
      {draft && props.noting ? (
        <NoteField
          label={t("note")}
          placeholder={t("notePlaceholder")}
          note={draft.note}
          onChange={(note) => props.onDraft({ ...draft, note })}
          onDone={() => props.onNoting(false)}
        />
      ) : null}
      {draft ? <VoteBar onVote={props.onVote} /> : null}
      {draft ? <Reasons draft={draft} onDraft={props.onDraft} /> : null}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <div className="flex flex-wrap items-center gap-1">
          <button type="button" className={tool} disabled={!props.canUndo} aria-keyshortcuts="Z" onClick={props.onUndo}>
            <kbd aria-hidden className="font-sans font-semibold max-sm:hidden">
              Z
            </kbd>
            {t("undo")}
          </button>
          <button
            type="button"
            className={tool}
            disabled={!draft}
            aria-keyshortcuts="/"
            aria-pressed={(draft?.note ?? "") !== ""}
            onClick={() => props.onNoting(true)}
          >
            <kbd aria-hidden className="font-sans font-semibold max-sm:hidden">
              /
            </kbd>
            {t("note")}
          </button>
          {draft ? (
            <Checkbox
              checked={draft.recognised}
              onChange={(event) => {
                props.onDraft({ ...draft, recognised: event.target.checked });
                event.target.blur();
              }}
              label={t("recognised")}
            />
          ) : null}
        </div>
        <SendingSign state={props.outgoing} />
      </div>
    </WorkBar>
  );
}

function Reasons(props: { draft: VoteDraft; onDraft: (draft: VoteDraft) => void }) {
  const t = useTranslations("judging.work");
  const { draft } = props;
  return (
    <fieldset className="flex gap-1 overflow-x-auto sm:flex-wrap">
      <legend className="sr-only">{t("why")}</legend>
      <span aria-hidden className="self-center pr-1 text-sm whitespace-nowrap text-muted max-sm:hidden">
        {t("why")}
      </span>
      {voteReasons.map((reason) => {
        const chosen = draft.reasons.includes(reason);
        const reasons = chosen ? draft.reasons.filter((one) => one !== reason) : [...draft.reasons, reason];
        return (
          <button
            key={reason}
            type="button"
            aria-pressed={chosen}
            onClick={() => props.onDraft({ ...draft, reasons })}
            className="h-9 shrink-0 rounded-full border border-line-strong px-3 text-sm whitespace-nowrap hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent sm:h-7"
          >
            {chosen ? "✓ " : ""}
            {t(`reasons.${reason}`)}
          </button>
        );
      })}
    </fieldset>
  );
}
