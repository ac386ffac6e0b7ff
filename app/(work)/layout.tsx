import type { ReactNode } from "react";
import { requireActor } from "@/app/_server/actor";

/** Screens on which people decide: signed in, and nothing but the work. */
export default async function WorkLayout({ children }: { children: ReactNode }) {
  await requireActor();
  return (
    <main id="content" className="h-dvh overflow-hidden">
      {children}
    </main>
  );
}
