import { CallError } from "@/lib/platform/http/call";
import type { OutboxEntry, OutboxStore } from "./outbox-store";

/** `code`: why it was refused, or kept without counting */
export type SendResult = { status: "kept" | "refused"; code?: string };

/** The server's results in the order in which the entries were sent; one that it says nothing of counts as refused. */
export function resultsOf(
  sent: { idempotencyKey: string }[],
  results: (SendResult & { idempotencyKey: string })[],
): SendResult[] {
  const byKey = new Map(results.map((result) => [result.idempotencyKey, result]));
  return sent.map(({ idempotencyKey }) => byKey.get(idempotencyKey) ?? { status: "refused", code: "unexpected" });
}

export type OutboxState = {
  /** false until the browser's store has been read */
  known: boolean;
  /** entries that the server does not have yet */
  unsent: number;
  /** `waiting`: no answer, it is tried again; `signed_out`, `other_person`: it is tried again once that has changed */
  state: "idle" | "sending" | "waiting" | "signed_out" | "other_person";
  /** entries that the server will never take, by reason */
  refused: { code: string; count: number }[];
  /** entries of which the server said, since this page was opened, that they are kept but came too late to count */
  late: number;
  /** false: a reload would lose what is unsent */
  lasting: boolean;
};

export type OutboxOptions<T> = {
  channel: string;
  store: OutboxStore<T>;
  /** kept with what is put in, so that it can be sent from elsewhere too */
  studyId?: string;
  /** Sends in order and answers one result per entry; throws CallError when there is no such answer. */
  send: (payloads: T[]) => Promise<SendResult[]>;
  /** Runs one at a time over all windows of the browser. */
  exclusively?: (work: () => Promise<void>) => Promise<void>;
  /** told after each change, so that other windows can look again */
  changed?: () => void;
  wait?: (milliseconds: number, work: () => void) => () => void;
};

const batchSize = 50;
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

const waitByTimer = (milliseconds: number, work: () => void) => {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * What somebody decided, on its way to the server: kept first, sent in order, removed only when the server has answered
 * for it. Lost connections are waited out; since every entry has an idempotency key, sending again is always right.
 */
export class Outbox<T> {
  private snapshot: OutboxState;
  private readonly listeners = new Set<() => void>();
  private readonly options: Required<Omit<OutboxOptions<T>, "studyId">> & Pick<OutboxOptions<T>, "studyId">;
  private pauseMs = firstPauseMs;
  private cancelRetry: () => void = () => {};
  private flushing = false;
  private again = false;
  private closed = false;

  constructor(options: OutboxOptions<T>) {
    this.options = { exclusively: (work) => work(), changed: () => {}, wait: waitByTimer, ...options };
    this.snapshot = { known: false, unsent: 0, state: "idle", refused: [], late: 0, lasting: options.store.lasting };
  }

  readonly read = (): OutboxState => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async put(payload: T): Promise<void> {
    await this.options.store.add(this.options.channel, payload, this.options.studyId);
    await this.refresh();
    this.options.changed();
    void this.flush();
  }

  /** Payloads that the server does not have yet. */
  async pending(): Promise<T[]> {
    return (await this.unsentEntries()).map((entry) => entry.payload);
  }

  /** The person has read what was refused or came too late. */
  async dismissTold(): Promise<void> {
    this.snapshot = { ...this.snapshot, late: 0 };
    const entries = await this.options.store.list(this.options.channel);
    await this.options.store.remove(entries.filter((entry) => entry.refusedBecause).map((entry) => entry.sequence));
    await this.refresh();
  }

  /** Looks again at what is stored; another window may have added or sent something. */
  async refresh(state: OutboxState["state"] = this.snapshot.state): Promise<void> {
    const entries = await this.options.store.list(this.options.channel);
    const unsent = entries.filter((entry) => !entry.refusedBecause).length;
    const refused = new Map<string, number>();
    for (const { refusedBecause } of entries) {
      if (refusedBecause) refused.set(refusedBecause, (refused.get(refusedBecause) ?? 0) + 1);
    }
    this.snapshot = {
      ...this.snapshot,
      known: true,
      unsent,
      state: unsent === 0 && state !== "sending" ? "idle" : state,
      refused: [...refused].map(([code, count]) => ({ code, count })),
    };
    for (const listener of this.listeners) listener();
  }

  /** Sends what there is, now. One flush at a time; what comes meanwhile goes with the next. */
  async flush(): Promise<void> {
    if (this.closed) return;
    if (this.flushing) {
      this.again = true;
      return;
    }
    this.flushing = true;
    this.cancelRetry();
    try {
      do {
        this.again = false;
        await this.options.exclusively(() => this.sendAll());
      } while (this.again && !this.closed);
    } finally {
      this.flushing = false;
    }
  }

  close(): void {
    this.closed = true;
    this.cancelRetry();
    this.listeners.clear();
  }

  private async unsentEntries(): Promise<OutboxEntry<T>[]> {
    return (await this.options.store.list(this.options.channel)).filter((entry) => !entry.refusedBecause);
  }

  private async sendAll(): Promise<void> {
    let size = batchSize;
    for (;;) {
      const batch = (await this.unsentEntries()).slice(0, size);
      if (batch.length === 0) break;
      await this.refresh("sending");
      try {
        await this.settle(batch, await this.options.send(batch.map((entry) => entry.payload)));
        this.pauseMs = firstPauseMs;
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal) return this.pause(error);
        // A refusal of many may be the fault of one: find it by sending one at a time.
        if (batch.length > 1) size = 1;
        else await this.settle(batch, [{ status: "refused", code: refusal }]);
      }
    }
    await this.refresh("idle");
    this.options.changed();
  }

  private async settle(batch: OutboxEntry<T>[], results: SendResult[]): Promise<void> {
    const { store } = this.options;
    const kept = batch.filter((_, index) => results[index]?.status === "kept");
    for (const [index, entry] of batch.entries()) {
      const result = results[index];
      if (result?.status === "refused") await store.refuse(entry, result.code ?? "unexpected");
    }
    await store.remove(kept.map((entry) => entry.sequence));
    const late = results.filter(({ status, code }) => status === "kept" && code !== undefined).length;
    this.snapshot = { ...this.snapshot, late: this.snapshot.late + late };
  }

  private async pause(error: unknown): Promise<void> {
    const code = error instanceof CallError ? error.problem?.code : undefined;
    const signedOut = error instanceof CallError && error.status === 401;
    await this.refresh(signedOut ? "signed_out" : code === "other_person_signed_in" ? "other_person" : "waiting");
    this.cancelRetry = this.options.wait(this.pauseMs, () => void this.flush());
    this.pauseMs = Math.min(longestPauseMs, this.pauseMs * 2);
  }
}

/** The code of a refusal that no second try would change; null: worth another try. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof CallError) || error.status < 400 || error.status >= 500) return null;
  if ([401, 408, 425, 429].includes(error.status) || error.problem?.code === "other_person_signed_in") return null;
  // An answer without our error format comes from something in between (a proxy, a hotel's sign-in page).
  return error.problem?.code ?? null;
}
