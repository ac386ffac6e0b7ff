"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { AnswerText } from "./answer-text";
import type { Pair } from "./use-pairs";

const sides = [
  { side: "first", label: "answerA", letter: "A" },
  { side: "second", label: "answerB", letter: "B" },
] as const;
type Side = (typeof sides)[number]["side"];

/** The prompt, and under it two answers of equal height, each scrolling by itself; on phones one at a time. */
export function PairView(props: { pair: Pair; title: string; takeFocus: boolean }) {
  const t = useTranslations("judging.work");
  const [shown, setShown] = useState<Side>("first");
  const region = useRef<HTMLElement>(null);
  useEffect(() => {
    if (props.takeFocus) region.current?.focus({ preventScroll: true });
  }, [props.takeFocus]);
  return (
    <section
      ref={region}
      tabIndex={-1}
      aria-label={props.title}
      className="mx-auto flex min-h-0 w-full max-w-[1280px] flex-1 flex-col gap-3 px-4 py-3 outline-none sm:px-6"
    >
      <section
        aria-label={t("prompt")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
        className="max-h-[28%] shrink-0 overflow-y-auto rounded-base bg-sunken px-4 py-3"
      >
        <h2 className="text-sm text-muted">{t("prompt")}</h2>
        <p lang="de" className="max-w-[80ch] text-lg break-words whitespace-pre-wrap">
          {props.pair.prompt}
        </p>
      </section>
      <fieldset className="flex gap-2 md:hidden">
        <legend className="sr-only">{t("show")}</legend>
        {sides.map(({ side, label }) => (
          <button
            key={side}
            type="button"
            aria-pressed={shown === side}
            onClick={() => setShown(side)}
            className="h-11 flex-1 rounded-base border border-line font-semibold aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            {t(label)}
          </button>
        ))}
      </fieldset>
      <div className="grid min-h-0 flex-1 grid-rows-[minmax(0,1fr)] gap-4 md:grid-cols-2">
        {sides.map(({ side, label, letter }) => (
          <section
            key={side}
            aria-label={t(label)}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
            tabIndex={0}
            className={`min-h-0 min-w-0 overflow-y-auto rounded-base border border-line bg-surface px-4 py-3 sm:px-6 ${
              shown === side ? "" : "max-md:hidden"
            }`}
          >
            <h3 className="text-sm font-semibold text-muted max-md:sr-only">{letter}</h3>
            <div lang="de" className="font-serif text-document break-words">
              {props.pair[side].trim() === "" ? (
                <p className="font-sans text-base text-muted">{t("emptyAnswer")}</p>
              ) : (
                <AnswerText text={props.pair[side]} />
              )}
            </div>
          </section>
        ))}
      </div>
    </section>
  );
}
