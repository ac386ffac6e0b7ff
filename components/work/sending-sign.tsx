"use client";

import { useTranslations } from "next-intl";
import type { OutboxState } from "./outbox";

/** The quiet sign of what the server does not have yet: shape and words, not colour alone. */
export function SendingSign({ state }: { state: OutboxState }) {
  const t = useTranslations("validation.sending");
  if (!state.known) return null;
  const trouble = state.unsent > 0 && state.state !== "idle" && state.state !== "sending";
  const text = state.unsent === 0 ? t("saved") : t(trouble ? "stored" : "sending", { count: state.unsent });
  return (
    <span
      className={`inline-flex items-center gap-1 text-sm ${trouble ? "text-attention" : "text-muted"}`}
      data-unsent={state.unsent}
    >
      <span aria-hidden>{state.unsent === 0 ? "●" : trouble ? "◌" : "◐"}</span>
      {text}
    </span>
  );
}
