
-- What Prisma's schema cannot say.

-- Append only: nothing that people decided is changed or taken away by a statement. Deleting a whole study cascades from
-- its parent and is refused here too; it is archived instead.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of "%" are append only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger append_only before update or delete on "Decision" for each row execute function refuse_change();
create trigger append_only before update or delete on "Vote" for each row execute function refuse_change();
create trigger append_only before update or delete on "LlmLabel" for each row execute function refuse_change();
create trigger append_only before update or delete on "AuditEntry" for each row execute function refuse_change();
create trigger append_only before update or delete on "LabellingPrompt" for each row execute function refuse_change();

-- The queue reads only what is still to be handed out, in its shuffled order.
create index "RoundItem_open" on "RoundItem" ("roundId", "position") where "decided" + "claimed" < "wanted";
create index "Pair_open" on "Pair" ("comparisonId", "position") where "decided" + "claimed" < "wanted";
create index "RoundItem_decided" on "RoundItem" ("roundId") where "decided" > 0;

-- No interleaving of claims and decisions may go beyond what was wanted; a fault shows here instead of in the figures.
alter table "RoundItem" add constraint "RoundItem_counts" check ("claimed" >= 0 and "decided" >= 0 and "decided" + "claimed" <= "wanted");
alter table "Pair" add constraint "Pair_counts" check ("claimed" >= 0 and "decided" >= 0 and "decided" + "claimed" <= "wanted");

alter table "Round" add constraint "Round_double_share" check ("doubleShare" between 0 and 1);
alter table "DrawItem" add constraint "DrawItem_probability" check ("inclusionProbability" > 0 and "inclusionProbability" <= 1);
alter table "Item" add constraint "Item_permanent_random" check ("permanentRandom" >= 0 and "permanentRandom" < 1);
alter table "Classifier" add constraint "Classifier_threshold" check ("threshold" between 0 and 1);
alter table "QualityTally" add constraint "QualityTally_count" check ("count" >= 0);
