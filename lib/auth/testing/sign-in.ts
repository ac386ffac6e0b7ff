import { encode } from "next-auth/jwt";
import { environment } from "@/lib/platform/environment";
import { openSession } from "../session";

/** What the cookie of a new session of that person holds. */
export async function sessionOf(personId: string): Promise<string> {
  const sessionId = await openSession(personId, "test");
  return encode({ token: { sub: personId, sessionId }, secret: environment().sessionSecret });
}
