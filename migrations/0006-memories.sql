-- What the colleagues remember, how it was learnt, and what became of it. Not breaking.

create sequence memory_changes_seq;

create table memories (
  id uuid primary key,
  kind text not null check (kind in ('fact', 'episode', 'procedure')),
  -- null: every colleague knows it
  persona text,
  audience text not null check (audience in ('member', 'record', 'team', 'company')),
  -- whose it is; null for what an import brought
  member_id uuid references members (id) on delete cascade,
  team_id uuid references teams (id) on delete cascade,
  subject_kind text check (subject_kind in ('member', 'contact', 'rep', 'client', 'deal', 'company')),
  subject_id text,
  subject_label text,
  -- a thing of the subject that has one value at a time
  slot text,
  slot_value text,
  text text not null,
  -- worth at `strength_at`; it fades from there by the rule in src/domain/memory
  strength real not null,
  strength_at timestamptz not null default now(),
  use_count int not null default 0,
  last_used_at timestamptz,
  is_pinned boolean not null default false,
  is_sensitive boolean not null default false,
  trust text not null check (trust in ('stated', 'inferred', 'imported', 'untrusted')),
  status text not null default 'active'
    check (status in ('active', 'quarantined', 'superseded', 'merged', 'forgotten')),
  source_kind text not null check (source_kind in ('message', 'transcript', 'import', 'manual')),
  source_id text not null,
  -- where in its conversation it was said: what was said side by side belongs together
  source_seq int,
  conversation_id uuid references conversations (id) on delete cascade,
  -- the day it speaks for
  on_day date not null,
  expires_on date,
  -- no foreign key: memory_gone() brings the replaced one back when its replacement is erased
  superseded_by uuid,
  -- of a provider's model, as 32-bit floats; the built-in one is cheap enough to be made from the text again
  embedding bytea,
  embedding_model text,
  -- grows with every change: resident copies ask for what came after the last they saw
  change_seq bigint not null default nextval('memory_changes_seq'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search tsvector generated always as (to_tsvector('english', coalesce(subject_label, '') || ' ' || text)) stored
);
create index memories_member on memories (member_id, status, updated_at desc);
create index memories_subject on memories (subject_kind, subject_id) where status = 'active';
create index memories_conversation on memories (conversation_id);
create index memories_source on memories (source_kind, source_id);
create index memories_changes on memories (change_seq);
-- without a list of pending entries, which each recall would have to read through
create index memories_search on memories using gin (search) with (fastupdate = off);
create index memories_replaced on memories (superseded_by) where superseded_by is not null;
create index memories_expiry on memories (expires_on) where expires_on is not null;
-- what a better embedding model has yet to look at
create index memories_embedded on memories (embedding_model) where status = 'active';

-- what a change may touch, and an undo brings back
create function memory_snapshot(m memories) returns jsonb language sql stable as $$
  select jsonb_build_object('text', m.text, 'slot_value', m.slot_value, 'audience', m.audience, 'team_id', m.team_id,
    'is_pinned', m.is_pinned, 'is_sensitive', m.is_sensitive, 'expires_on', m.expires_on, 'trust', m.trust,
    'status', m.status, 'superseded_by', m.superseded_by) $$;

create table memory_history (
  memory_id uuid not null references memories (id) on delete cascade,
  n int not null,
  at timestamptz not null default now(),
  member_id uuid,
  change text not null,
  -- the columns as they were before the change, for undo
  before jsonb,
  after jsonb,
  reason text,
  primary key (memory_id, n)
);

-- rows that are gone for good, so that resident copies let go of them
create table memory_tombstones (
  memory_id uuid primary key,
  change_seq bigint not null default nextval('memory_changes_seq'),
  at timestamptz not null default now()
);
create index memory_tombstones_changes on memory_tombstones (change_seq);

-- a summary and the memories it was made from: it may not outlive any of them
create table memory_origins (
  memory_id uuid not null references memories (id) on delete cascade,
  origin_id uuid not null,
  primary key (memory_id, origin_id)
);
create index memory_origins_origin on memory_origins (origin_id);

-- what a turn's answer was given to know
create table memory_uses (
  turn_id uuid not null references turns (id) on delete cascade,
  memory_id uuid not null references memories (id) on delete cascade,
  at timestamptz not null default now(),
  primary key (turn_id, memory_id)
);

create index memory_uses_memory on memory_uses (memory_id);

-- Whatever deletes a memory (an erasure, or its conversation, member or team going): answers no longer name it, summaries
-- made from it go, what it had replaced is active again, and resident copies are told.
create function memory_leaving() returns trigger language plpgsql as $$
begin
  update messages m set sources = coalesce((
      select jsonb_agg(source) from jsonb_array_elements(m.sources) source
      where not (source ->> 'kind' = 'memory' and source ->> 'id' = old.id::text)), '[]')
  from memory_uses u where u.memory_id = old.id and m.turn_id = u.turn_id and m.role = 'assistant';
  return old;
end $$;
create trigger memory_leaving before delete on memories for each row execute function memory_leaving();

create function memory_gone() returns trigger language plpgsql as $$
begin
  insert into memory_tombstones (memory_id) values (old.id) on conflict (memory_id) do nothing;
  delete from memories m using memory_origins o where o.origin_id = old.id and m.id = o.memory_id;
  delete from memory_origins where origin_id = old.id;
  -- Of a chain the next link takes over; what a person had let go of brings nothing back.
  update memories set superseded_by = old.superseded_by,
    status = case when old.status in ('active', 'quarantined') then 'active' else status end,
    change_seq = nextval('memory_changes_seq'), updated_at = now()
  where superseded_by = old.id and status in ('superseded', 'merged');
  return null;
end $$;
create trigger memory_gone after delete on memories for each row execute function memory_gone();

-- What came from a call or an import goes with it.
create function memory_sources_gone() returns trigger language plpgsql as $$
begin
  delete from memories m using gone where m.source_kind = tg_argv[0] and m.source_id = gone.id::text;
  return null;
end $$;
create trigger memory_transcripts_gone after delete on transcripts referencing old table as gone
  for each statement execute function memory_sources_gone('transcript');
create trigger memory_imports_gone after delete on imports referencing old table as gone
  for each statement execute function memory_sources_gone('import');

-- how far each conversation has been read for things to remember
create table memory_marks (
  conversation_id uuid primary key references conversations (id) on delete cascade,
  stated_seq int not null default 0,
  extracted_seq int not null default 0,
  updated_at timestamptz not null default now()
);
