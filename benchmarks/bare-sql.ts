import pg from "pg";
import { environment } from "@/lib/platform/environment";
import { timed } from "./figures";

/**
 * The reference of what goes to the database: one parametrised statement there and back over a connection of its own,
 * without Prisma, and one that also has to last (a row, committed).
 */
export class BareSql {
  private constructor(private readonly clients: pg.Client[]) {}

  /** So many connections, which ask at the same time. */
  static async connect(people = 1): Promise<BareSql> {
    const clients = Array.from({ length: people }, () => new pg.Client(environment().databaseUrl));
    for (const client of clients) await client.connect();
    await clients[0]?.query("create unlogged table if not exists bare_reads (n int primary key)");
    await clients[0]?.query("create table if not exists bare_writes (n int)");
    await clients[0]?.query("insert into bare_reads select generate_series(0, 999) on conflict do nothing");
    return new BareSql(clients);
  }

  /** Reads one row by its key, so often on each connection; answers the times. */
  reads(count: number): Promise<number[]> {
    return this.each(count, "select n from bare_reads where n = $1");
  }

  writes(count: number): Promise<number[]> {
    return this.each(count, "insert into bare_writes values ($1)");
  }

  async end(): Promise<void> {
    for (const client of this.clients) await client.end();
  }

  private async each(count: number, statement: string): Promise<number[]> {
    const times = this.clients.map(async (client) => {
      const own: number[] = [];
      for (let n = 0; n < count; n++) own.push(await timed(() => client.query(statement, [n % 1000])));
      return own;
    });
    return (await Promise.all(times)).flat();
  }
}
