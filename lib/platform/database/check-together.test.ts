import { beforeEach, describe, expect, it } from "vitest";
import { useTestDatabase } from "../testing/database";
import { checkTogether } from "./check-together";
import { Prisma, pool } from "./client";
import { copyLine } from "./copy-rows";
import { type Copy, inStatements, type Statements } from "./statements";

useTestDatabase();

beforeEach(async () => {
  await pool().query(`
    drop table if exists leaf, branch, tree;
    create table tree ("id" int primary key);
    create table branch ("id" int primary key, "treeId" int not null references tree on delete cascade);
    create table leaf ("id" int primary key, "branchId" int references branch, "treeId" int, "batch" int,
      foreign key ("treeId") references tree);
    insert into tree values (1), (2);`);
});

type Leaf = [id: number, branch: number | null, tree: number | null];

const rows = [
  { table: "branch", among: Prisma.sql`child."id" >= 0` },
  { table: "leaf", among: Prisma.sql`child."batch" = ${1}` },
];

const grow = (branches: [id: number, tree: number][], leaves: Leaf[]) => (statements: Statements, copy: Copy) =>
  checkTogether(statements, rows, async () => {
    await copy("branch", ["id", "treeId"], branches.map(copyLine));
    await copy(
      "leaf",
      ["id", "branchId", "treeId", "batch"],
      leaves.map((leaf) => copyLine([...leaf, 1])),
    );
  });

const count = async (table: string) => (await pool().query(`select count(*)::int as n from ${table}`)).rows[0].n;

describe("foreign keys that are checked together", () => {
  it("let in what refers to rows that are there, also to those of the same copy and to none", async () => {
    await inStatements(
      grow([[7, 1]], [
        [1, 7, 1],
        [2, 7, null],
        [3, null, 2],
      ] as Leaf[]),
    );
    expect(await count("leaf")).toBe(3);
  });

  it.each<[string, [number, number][], Leaf[]]>([
    ["leaf_branchId_fkey", [[7, 1]], [[1, 8, 1]]],
    ["leaf_treeId_fkey", [[7, 1]], [[1, 7, 3]]],
    ["branch_treeId_fkey", [[7, 9]], [[1, null, null]]],
  ])("refuse everything for one row that breaks %s", async (name, branches, leaves) => {
    const good = Array.from({ length: 500 }, (_, at): Leaf => [100 + at, 7, 2]);
    await expect(inStatements(grow(branches, [...good, ...leaves]))).rejects.toThrow(name);
    expect([await count("branch"), await count("leaf")]).toEqual([0, 0]);
  });

  it("are checked as always in the next transaction of the same connection", async () => {
    await inStatements(async (statements, copy) => {
      await grow([[7, 1]], [[1, 7, 1]])(statements, copy);
      await statements.$executeRaw`savepoint before`;
      await expect(statements.$executeRaw`insert into leaf values (2, 99, 1, 2)`).rejects.toMatchObject({
        code: "23503",
      });
      await statements.$executeRaw`rollback to savepoint before`;
    });
    const client = await pool().connect();
    await expect(client.query("insert into leaf values (3, 99, 1, 2)")).rejects.toMatchObject({ code: "23503" });
    client.release();
  });

  it("hold what is referred to until the transaction ends", async () => {
    const other = await pool().connect();
    await other.query("set lock_timeout = '200ms'");
    await inStatements(async (statements, copy) => {
      await grow([[7, 1]], [[1, 7, 2]])(statements, copy);
      for (const tree of [1, 2]) {
        await expect(other.query("delete from tree where id = $1", [tree])).rejects.toMatchObject({ code: "55P03" });
      }
    });
    await expect(other.query("delete from tree where id = 2")).rejects.toMatchObject({ code: "23503" });
    await other.query("reset lock_timeout");
    other.release();
  });

  it("are PostgreSQL's own, row by row, for a role that may not put them off", async () => {
    await pool().query(`
      do $$ begin create role gardener; exception when duplicate_object then null; end $$;
      grant select, insert, update, references on tree, branch, leaf to gardener;`);
    const asGardener = (leaves: Leaf[]) =>
      inStatements(async (statements, copy) => {
        await statements.$executeRaw`set local role gardener`;
        await grow([[7, 1]], leaves)(statements, copy);
      });
    await expect(asGardener([[1, 8, 1]])).rejects.toMatchObject({ code: "23503" });
    await asGardener([[1, 7, 1]]);
    expect(await count("leaf")).toBe(1);
  });
});
