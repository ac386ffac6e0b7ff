/** Without a sign of life for longer than this, the time does not count as work. */
export const idleAfterMs = 30_000;

/**
 * Measures how long somebody was at it: time in which the page was hidden, and pauses beyond half a minute, are left out.
 * It knows no clock of its own; whoever uses it says what time it is.
 */
export class ActiveTime {
  private total = 0;
  private last: number | null;

  constructor(now: number) {
    this.last = now;
  }

  /** A sign of life: a key, a pointer, scrolling. */
  touch(now: number): void {
    this.total += this.sinceLast(now);
    this.last = now;
  }

  hide(now: number): void {
    this.total += this.sinceLast(now);
    this.last = null;
  }

  show(now: number): void {
    this.last = now;
  }

  /** Milliseconds of work since the last start; begins anew. */
  take(now: number): number {
    const taken = this.total + this.sinceLast(now);
    this.total = 0;
    if (this.last !== null) this.last = now;
    return Math.round(taken);
  }

  private sinceLast(now: number): number {
    if (this.last === null) return 0;
    return Math.min(Math.max(0, now - this.last), idleAfterMs);
  }
}
