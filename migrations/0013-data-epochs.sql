-- Which kinds of data changed, so that nothing kept answers from before a committed change. A transaction leaves one mark
-- for each kind it touched, under a key of its own: writers never wait for each other. How many marks a snapshot sees,
-- with those counted before, is the epoch that it reads.
create table data_marks (
  kind text not null,
  -- of the transaction, with its epoch: never used again
  xid bigint not null,
  primary key (kind, xid)
);

-- marks that were counted and removed, in one transaction, so that the sum is the same for every reader
create table data_epochs (
  kind text primary key,
  changes bigint not null,
  last_xid bigint not null
);

create function mark_data_change() returns trigger language plpgsql as $$
begin
  insert into data_marks (kind, xid) values (tg_argv[0], pg_current_xact_id()::text::bigint) on conflict do nothing;
  return null;
end $$;

do $$
declare
  kinds constant jsonb := '{
    "records": ["reps", "products", "clients", "contacts", "deals", "activities", "usage_days", "invoices", "tickets",
                "transcripts", "record_changes", "data_days"],
    "standings": ["deal_standings", "deal_activity_days", "deal_snapshots", "client_standings", "client_snapshots",
                  "snapshot_days"],
    "memories": ["memories", "memory_history"],
    "drafts": ["drafts", "commitments"],
    "people": ["teams"]
  }';
  kind text;
  name text;
begin
  for kind in select jsonb_object_keys(kinds) loop
    for name in select jsonb_array_elements_text(kinds -> kind) loop
      execute format('create trigger mark_change after insert or update or delete or truncate on %I
        for each statement execute function mark_data_change(%L)', name, kind);
    end loop;
  end loop;
end $$;

-- not when somebody was last seen: that is written all day and shown by no figure
create trigger mark_change after insert or delete or truncate or update of name, role, row_scope, team_id, rep_id, status
  on members for each statement execute function mark_data_change('people');
