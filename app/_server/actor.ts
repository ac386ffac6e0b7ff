import "server-only";
import { cookies, headers } from "next/headers";
import { forbidden, notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { Actor } from "@/lib/auth/actor";
import type { Permission } from "@/lib/auth/permissions";
import { actorOfSession, sessionCookie } from "@/lib/auth/session";
import { Problem } from "@/lib/platform/problem";
import { enterStudy, may, type StudyActor } from "@/lib/studies/actor";

/** The signed-in person, or null; read once a request. */
export const currentActor = cache(
  async (): Promise<Actor | null> => actorOfSession((await cookies()).get(sessionCookie)?.value),
);

/** The signed-in person; others are sent to sign in and come back to where they wanted to go. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor) return actor;
  const path = (await headers()).get("x-pathname") ?? "/";
  redirect(`/sign-in?next=${encodeURIComponent(path)}`);
}

const enter = cache(async (studyId: string): Promise<StudyActor> => {
  const actor = await requireActor();
  try {
    return await enterStudy(actor, studyId);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) notFound();
    throw error;
  }
});

/** A page's way in: the member of the study with the permission. Not a member: 404. Without the permission: 403. */
export async function requireStudyActor(studyId: string, permission: Permission): Promise<StudyActor> {
  const actor = await enter(studyId);
  if (!may(actor, permission)) forbidden();
  return actor;
}

export async function requireAdministrator(): Promise<Actor> {
  const actor = await requireActor();
  if (!actor.administrator) forbidden();
  return actor;
}

/** For what a page loads: a Problem with status 404 becomes the page that says so. */
export async function orNotFound<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) notFound();
    if (error instanceof Problem && error.status === 403) forbidden();
    throw error;
  }
}
