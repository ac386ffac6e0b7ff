import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** One thing that somebody decided and the server does not have yet. No document text is ever in it. */
export type OutboxEntry<T> = {
  /** order of deciding */
  sequence: number;
  /** whose it is and what for: nothing is sent for another person or round */
  channel: string;
  payload: T;
  /** where it is sent from any page of the studio; what an earlier version has stored lacks it, and waits for its own page */
  studyId?: string;
  /** the server will never take it; kept until its person has read why */
  refusedBecause?: string;
};

export interface OutboxStore<T> {
  /** survives a reload */
  readonly lasting: boolean;
  add(channel: string, payload: T, studyId?: string): Promise<void>;
  list(channel: string): Promise<OutboxEntry<T>[]>;
  /** Of all channels, whosever they are. */
  listAll(): Promise<OutboxEntry<T>[]>;
  refuse(entry: OutboxEntry<T>, code: string): Promise<void>;
  remove(sequences: number[]): Promise<void>;
}

interface Schema extends DBSchema {
  entries: { key: number; value: OutboxEntry<unknown>; indexes: { channel: string } };
}

const storeName = "entries";

/** In the browser's IndexedDB; where that is closed (some private windows), in memory, and the screen says so. */
export async function openOutboxStore<T>(): Promise<OutboxStore<T>> {
  try {
    const database = await openDB<Schema>("studio-outbox", 1, {
      upgrade(created) {
        const store = created.createObjectStore(storeName, { keyPath: "sequence", autoIncrement: true });
        store.createIndex("channel", "channel");
      },
    });
    return new IndexedStore<T>(database);
  } catch {
    return new MemoryStore<T>();
  }
}

class IndexedStore<T> implements OutboxStore<T> {
  readonly lasting = true;

  constructor(private readonly database: IDBPDatabase<Schema>) {}

  async add(channel: string, payload: T, studyId?: string): Promise<void> {
    const transaction = this.database.transaction(storeName, "readwrite");
    // `sequence` comes from the store, so that entries of two windows have one order.
    const added = transaction.store.add({ channel, payload, studyId } as OutboxEntry<T>);
    // Left to commit by itself, it waits for this page to hear of the addition, and a page that closes before is not asked.
    transaction.commit();
    await Promise.all([added, transaction.done]);
  }

  async list(channel: string): Promise<OutboxEntry<T>[]> {
    const entries = await this.database.getAllFromIndex(storeName, "channel", channel);
    return (entries as OutboxEntry<T>[]).sort((a, b) => a.sequence - b.sequence);
  }

  async listAll(): Promise<OutboxEntry<T>[]> {
    return (await this.database.getAll(storeName)) as OutboxEntry<T>[];
  }

  async refuse(entry: OutboxEntry<T>, code: string): Promise<void> {
    await this.database.put(storeName, { ...entry, refusedBecause: code });
  }

  async remove(sequences: number[]): Promise<void> {
    const transaction = this.database.transaction(storeName, "readwrite");
    await Promise.all([...sequences.map((sequence) => transaction.store.delete(sequence)), transaction.done]);
  }
}

export class MemoryStore<T> implements OutboxStore<T> {
  readonly lasting = false;
  private entries: OutboxEntry<T>[] = [];
  private next = 1;

  async add(channel: string, payload: T, studyId?: string): Promise<void> {
    this.entries.push({ sequence: this.next++, channel, payload, studyId });
  }

  async list(channel: string): Promise<OutboxEntry<T>[]> {
    return this.entries.filter((entry) => entry.channel === channel);
  }

  async listAll(): Promise<OutboxEntry<T>[]> {
    return [...this.entries];
  }

  async refuse(entry: OutboxEntry<T>, code: string): Promise<void> {
    this.entries = this.entries.map((one) =>
      one.sequence === entry.sequence ? { ...one, refusedBecause: code } : one,
    );
  }

  async remove(sequences: number[]): Promise<void> {
    this.entries = this.entries.filter((entry) => !sequences.includes(entry.sequence));
  }
}
