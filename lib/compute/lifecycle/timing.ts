/** How patient the studio is with an attempt, in seconds. */
export const timing = {
  /** between two looks at a run that is at work */
  tick: 2,
  /** between two looks at one that waits for its backend or for room on it */
  waitingTick: 5,
  /** after so long without a sign of life, a job that Ray does not know is lost; here its processes die with Ray */
  lostAfter: { local: 20, remote: 300 },
  /** after a wish to cancel, before the job is stopped; then once more before it is given up */
  stopGrace: 120,
  /** before the next attempt, after so many in a row that brought no further checkpoint */
  backOff: [10, 60, 300],
  /** so many attempts in a row without a further checkpoint end the run */
  attemptsInVain: 3,
  /** for how long what a room makes of a finished run may fail before the run does */
  outcomePatience: 600,
} as const;

export function backOffSeconds(attemptsInVain: number): number {
  const index = Math.min(attemptsInVain, timing.backOff.length) - 1;
  return timing.backOff[Math.max(0, index)] ?? 0;
}
