import type { ReactNode } from "react";

/** What can be done, at the foot of a work screen; always in view. `wide`: as wide as two texts beside each other. */
export function WorkBar({ wide = false, children }: { wide?: boolean; children: ReactNode }) {
  return (
    <footer className="border-t border-line bg-surface px-3 py-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-6 sm:py-3">
      <div className={`mx-auto flex flex-col gap-2 ${wide ? "max-w-[1232px]" : "max-w-[72ch]"}`}>{children}</div>
    </footer>
  );
}
