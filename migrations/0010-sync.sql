-- Copies of a CRM behind an MCP server, kept in step: which, how far, what each run did, and where each record came from.
-- Adds tables only.

create table syncs (
  id uuid primary key,
  -- one per connection: its id stands before the ids of all records that come from it
  server_id text not null unique,
  -- the name of a file in sync/
  mapping text not null,
  -- an own mapping instead of the file's
  mapping_text text,
  settings jsonb not null default '{}',
  -- of amounts that name none
  currency text not null,
  schedule_minutes int not null check (schedule_minutes between 1 and 10080),
  is_enabled boolean not null default true,
  next_run_at timestamptz,
  last_ok_at timestamptz,
  last_full_at timestamptz,
  failures int not null default 0,
  -- the run that is waiting or under way, and whoever works on it
  run_id uuid,
  lease_owner uuid,
  leased_until timestamptz,
  created_at timestamptz not null default now()
);

-- How far each pass over the CRM is. With a pass open, the next run goes on where it stands.
create table sync_cursors (
  sync_id uuid not null references syncs (id) on delete cascade,
  read_name text not null,
  -- of the pass that is open, or the last one
  pass int not null default 0,
  is_open boolean not null default false,
  is_full boolean not null default true,
  since timestamptz,
  after text,
  began_at timestamptz,
  -- where the next pass that is not a full one begins
  next_since timestamptz,
  -- when a whole pass was last over
  full_at timestamptz,
  primary key (sync_id, read_name)
);

create table sync_runs (
  id uuid primary key,
  sync_id uuid not null references syncs (id) on delete cascade,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'complete', 'failed')),
  is_full boolean not null default false,
  -- a whole run was asked for, whatever was read lately
  wants_full boolean not null default false,
  is_dry_run boolean not null default false,
  -- somebody looked at what would be removed, and wants it so
  accepts_removals boolean not null default false,
  -- null: on schedule
  member_id uuid references members (id) on delete set null,
  -- per read: {"deals": {"read": 200, "created": 3, ...}}
  counts jsonb not null default '{}',
  calls int not null default 0,
  waited_ms bigint not null default 0,
  faults int not null default 0,
  conflicts int not null default 0,
  error_detail text,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
);
create index sync_runs_sync on sync_runs (sync_id, id desc);

-- What could not be taken, what both sides had changed, and what a person should know.
create table sync_findings (
  run_id uuid not null references sync_runs (id) on delete cascade,
  n int generated always as identity,
  sort text not null check (sort in ('fault', 'conflict', 'note')),
  kind text not null,
  source_id text,
  field text,
  reason text not null,
  value text,
  primary key (run_id, n)
);

-- Where each record came from: deletes and merges find it by this, and what the CRM said last tells what was changed here.
create table sync_records (
  sync_id uuid not null references syncs (id) on delete cascade,
  kind text not null,
  source_id text not null,
  read_name text not null,
  -- the last pass that met it
  pass int not null,
  base jsonb not null default '{}',
  gone text check (gone in ('removed', 'merged')),
  -- the id there of the record it became
  merged_into text,
  copied_at timestamptz not null,
  primary key (sync_id, kind, source_id)
);
create index sync_records_pass on sync_records (sync_id, read_name, pass) where gone is null;
