import { useCallback, useEffect, useRef, useState } from "react";
import { CallError } from "@/lib/platform/http/call";

/** `loading` and `offline` may hold work; `stopped` has a problem that trying again does not mend. */
export type Supply = { kind: "loading" | "ready" | "offline" | "signed_out" } | { kind: "stopped"; error: CallError };

/** A connection that hangs is as good as none. */
export const answerWithinMs = 20_000;
const lookAgainMs = 200;
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

function supplyAfter(error: unknown): Supply {
  if (!(error instanceof CallError)) return { kind: "offline" };
  if (error.status === 401) return { kind: "signed_out" };
  const final = error.status >= 400 && error.status < 500 && error.problem !== null;
  return final ? { kind: "stopped", error } : { kind: "offline" };
}

/**
 * Keeps the next pieces of work at hand: asks for more before they are needed, again after a pause that grows where the
 * server does not answer, and gives back what is claimed when the person leaves the page.
 */
export function useSupply(options: {
  personId: string;
  /** how many are at hand, and how many should be */
  ready: number;
  wanted: number;
  /** as soon as one is missing so many are asked for at least, so that not every decision costs a question; 1 if left out */
  atOnce?: number;
  /** the server had no more when it was asked last */
  exhausted: boolean;
  /** Claims so many more and takes them in; answers how many came, and until when all are claimed. Null: not yet possible. */
  claim: ((missing: number) => Promise<{ came: number; claimedUntil: string }>) | null;
  /** where claims are given back */
  releaseAddress: string;
  /** forgets what is at hand: it may be with others by now */
  onEmptied: () => void;
}) {
  const { personId, ready, wanted, exhausted, releaseAddress } = options;
  const possible = options.claim !== null;
  const [supply, setSupply] = useState<Supply>({ kind: "loading" });
  // Only an answer that was asked for with empty hands tells that nothing is left.
  const [nothingLeft, setNothingLeft] = useState(false);
  const latest = useRef(options);
  latest.current = options;
  const claimedUntil = useRef<string | null>(null);
  const asking = useRef(false);
  const pause = useRef(firstPauseMs);
  const retry = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const ask = useCallback(async () => {
    const { claim, ...now } = latest.current;
    if (!claim || asking.current || now.ready >= now.wanted) return;
    const missing = now.wanted - now.ready + (now.atOnce ?? 1) - 1;
    asking.current = true;
    if (now.ready === 0) setSupply((before) => (before.kind === "ready" ? { kind: "loading" } : before));
    clearTimeout(retry.current);
    try {
      const { came, claimedUntil: until } = await claim(missing);
      claimedUntil.current = until;
      pause.current = firstPauseMs;
      setNothingLeft(came === 0 && now.ready === 0);
      setSupply({ kind: "ready" });
    } catch (error) {
      const after = supplyAfter(error);
      setSupply(after);
      if (after.kind !== "stopped") {
        retry.current = setTimeout(() => void ask(), pause.current);
        pause.current = Math.min(longestPauseMs, pause.current * 2);
      }
    } finally {
      asking.current = false;
    }
  }, []);

  // Asked whenever fewer are ready than should be; once the server had no more, again at the very end.
  useEffect(() => {
    if (possible && (ready === 0 || (ready < wanted && !exhausted))) void ask();
  }, [possible, ready, wanted, exhausted, ask]);

  // What was at hand ran out while an answer was under way, which then brought nothing new.
  const stillLooking = possible && supply.kind === "ready" && ready === 0 && !nothingLeft;
  useEffect(() => {
    if (!stillLooking) return;
    const timer = setInterval(() => void ask(), lookAgainMs);
    return () => clearInterval(timer);
  }, [stillLooking, ask]);

  useEffect(() => {
    const release = () => {
      if (!claimedUntil.current) return;
      const body = JSON.stringify({ personId, claimedUntil: claimedUntil.current });
      claimedUntil.current = null;
      const headers = { "content-type": "application/json" };
      void fetch(releaseAddress, { method: "POST", headers, body, keepalive: true }).catch(() => undefined);
    };
    const startOver = () => {
      latest.current.onEmptied();
      setSupply({ kind: "loading" });
    };
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) startOver();
    };
    const seen = () => {
      if (document.hidden) return;
      // After two hours the work may be with others.
      if (claimedUntil.current && new Date(claimedUntil.current).getTime() < Date.now()) startOver();
      else void ask();
    };
    window.addEventListener("pagehide", release);
    window.addEventListener("pageshow", shown);
    window.addEventListener("online", seen);
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearTimeout(retry.current);
      release();
      window.removeEventListener("pagehide", release);
      window.removeEventListener("pageshow", shown);
      window.removeEventListener("online", seen);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [ask, personId, releaseAddress]);

  const lookAgain = () => {
    setSupply({ kind: "loading" });
    void ask();
  };
  return { supply: stillLooking ? ({ kind: "loading" } as const) : supply, ask, lookAgain };
}
