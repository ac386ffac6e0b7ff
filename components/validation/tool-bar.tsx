"use client";

import { Flag, Highlighter, NotebookPen, SkipForward, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

type Tool = "undo" | "skip" | "flag" | "note" | "highlight";
const tools = [
  { name: "undo", key: "Z", Icon: Undo2 },
  { name: "skip", key: "S", Icon: SkipForward },
  { name: "flag", key: "F", Icon: Flag },
  { name: "note", key: "/", Icon: NotebookPen },
  { name: "highlight", key: "H", Icon: Highlighter },
] as const;

/** What else can be done with a document. `pressed`: something is noted on this one, or switched on. */
export function ToolBar(props: {
  /** those that there are */
  actions: Partial<Record<Tool, () => void>>;
  disabled: Partial<Record<Tool, boolean>>;
  pressed: Partial<Record<Tool, boolean>>;
  children: ReactNode;
}) {
  const t = useTranslations("validation.tools");
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <div className="flex flex-wrap gap-1">
        {tools
          .filter(({ name }) => props.actions[name])
          .map(({ name, key, Icon }) => (
            <button
              key={name}
              type="button"
              disabled={props.disabled[name]}
              aria-keyshortcuts={key}
              aria-pressed={props.pressed[name]}
              onClick={props.actions[name]}
              className="inline-flex h-11 items-center gap-1 rounded-base px-2 hover:bg-sunken disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:text-accent sm:h-8"
            >
              <Icon size={16} aria-hidden className="sm:hidden" />
              <kbd aria-hidden className="font-sans font-semibold max-sm:hidden">
                {key}
              </kbd>
              {t(name)}
            </button>
          ))}
      </div>
      {props.children}
    </div>
  );
}
