import type { ReactNode } from "react";
import { requireActor } from "@/app/_server/actor";
import { LeftBehind } from "@/components/frame/left-behind";
import { TopBar } from "@/components/frame/top-bar";

export default async function StudioLayout({ children }: { children: ReactNode }) {
  const actor = await requireActor();
  return (
    <div className="flex min-h-dvh flex-col">
      <TopBar personId={actor.personId} name={actor.name} administrator={actor.administrator} />
      <LeftBehind personId={actor.personId} />
      {children}
    </div>
  );
}
