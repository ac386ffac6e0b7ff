import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { environment } from "@/lib/platform/environment";
import { log } from "@/lib/platform/log";
import { Problem } from "@/lib/platform/problem";
import { addressOf, personOfCredentials } from "./credentials";
import { findPersonOfIdentity, verifiedEmail } from "./external-identity";
import { openSession, revokeSession, sessionCookie, sessionSeconds } from "./session";

/** Built on first request, since it needs the environment. */
export function authOptions(): NextAuthOptions {
  const { openIdConnect, secureCookies, sessionSecret } = environment();
  return {
    secret: sessionSecret,
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    useSecureCookies: secureCookies,
    cookies: {
      sessionToken: {
        name: sessionCookie,
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: secureCookies },
      },
    },
    providers: [
      CredentialsProvider({
        credentials: { email: {}, password: {} },
        async authorize(credentials, request) {
          const email = credentials?.email?.trim().toLowerCase() ?? "";
          const address = addressOf(request.headers?.["x-forwarded-for"]);
          try {
            const id = await personOfCredentials(email, credentials?.password ?? "", address);
            return id ? { id, userAgent: String(request.headers?.["user-agent"] ?? "") } : null;
          } catch (error) {
            if (error instanceof Problem) throw new Error(error.code);
            // next-auth shows a thrown error's text to the browser; a fault of ours stays in the log.
            log().error({ error: error instanceof Error ? error.stack : error }, "sign-in");
            throw new Error("unexpected");
          }
        },
      }),
      ...(openIdConnect
        ? [
            {
              id: "oidc",
              name: openIdConnect.name,
              type: "oauth" as const,
              wellKnown: `${openIdConnect.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
              authorization: { params: { scope: "openid email profile" } },
              idToken: true,
              checks: ["pkce", "state", "nonce"] as ("pkce" | "state" | "nonce")[],
              clientId: openIdConnect.clientId,
              clientSecret: openIdConnect.clientSecret,
              profile: (claims: { sub: string; email?: string; email_verified?: unknown; name?: string }) => ({
                id: claims.sub,
                email: verifiedEmail(claims, { vouchedFor: openIdConnect.emailsVouchedFor }),
                name: claims.name ?? null,
              }),
            },
          ]
        : []),
    ],
    callbacks: {
      async signIn({ user, account }) {
        if (account?.provider !== "oidc") return true;
        // Nobody gets in who was not invited: the administrator or an owner makes the account.
        const found = await findPersonOfIdentity("oidc", account.providerAccountId, user.email ?? null);
        if ("refused" in found) return `/sign-in?error=${found.refused}`;
        user.id = found.id;
        return true;
      },
      async jwt({ token, user }) {
        if (!user) return token;
        const agent = "userAgent" in user && typeof user.userAgent === "string" ? user.userAgent : "";
        return { sub: user.id, sessionId: await openSession(user.id, agent) };
      },
      session: ({ session }) => session,
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sessionId === "string") await revokeSession(token.sessionId);
      },
    },
  };
}
