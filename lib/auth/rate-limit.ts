import { RateLimiterPrisma, RateLimiterRes } from "rate-limiter-flexible";
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

const tooMany = (milliseconds: number) =>
  new Problem(429, "too_many_attempts", { minutes: Math.ceil(milliseconds / 60_000) });

/**
 * Before the password is looked at. A person's try counts from here on, so that of many at once no more than the limit get
 * through; many people may share an address, whose tries count when they have failed. Throws `too_many_attempts`.
 */
export async function beginSignIn(person: string, address?: string): Promise<void> {
  const limiter = signInLimiter();
  const state = address ? await limiter.get(address) : null;
  if (state && state.consumedPoints >= pointsPerWindow) throw tooMany(state.msBeforeNext);
  await limiter.consume(person).catch((refused: unknown) => {
    throw refused instanceof RateLimiterRes ? tooMany(refused.msBeforeNext) : refused;
  });
}

export async function countFailedSignIn(address: string): Promise<void> {
  await signInLimiter().penalty(address);
}

/** It went well: the person's tries are forgotten. */
export async function endSignIn(person: string): Promise<void> {
  await signInLimiter().delete(person);
}
