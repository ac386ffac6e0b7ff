import { RateLimiterPrisma } from "rate-limiter-flexible";
import { database } from "@/lib/platform/database/client";
import { Problem } from "@/lib/platform/problem";

/** Ten failed sign-ins an address or name in fifteen minutes; kept in the database, so that it holds across processes. */
const pointsPerWindow = 10;
const windowSeconds = 15 * 60;

let limiter: RateLimiterPrisma | undefined;

function signInLimiter(): RateLimiterPrisma {
  limiter ??= new RateLimiterPrisma({
    storeClient: database(),
    tableName: "rateLimit",
    keyPrefix: "sign-in",
    points: pointsPerWindow,
    duration: windowSeconds,
  });
  return limiter;
}

/** Throws `too_many_attempts` where the limit is reached. */
export async function checkSignInRate(keys: string[]): Promise<void> {
  for (const key of keys) {
    const state = await signInLimiter().get(key);
    if (state && state.consumedPoints >= pointsPerWindow) {
      throw new Problem(429, "too_many_attempts", { minutes: Math.ceil(state.msBeforeNext / 60_000) });
    }
  }
}

export async function countFailedSignIn(keys: string[]): Promise<void> {
  for (const key of keys) await signInLimiter().penalty(key);
}

export async function forgetFailedSignIns(key: string): Promise<void> {
  await signInLimiter().delete(key);
}
