-- Conversations, durable turns and their journal, the ledger of tokens and money. Not breaking.

create table conversations (
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  persona text not null,
  title text not null,
  has_own_title boolean not null default false,
  -- the record this conversation sits beside, if any
  about_kind text,
  about_id text,
  message_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search tsvector generated always as (to_tsvector('simple', title)) stored
);
create index conversations_member on conversations (member_id, updated_at desc, id desc);
create index conversations_search on conversations using gin (search);

create table messages (
  -- a person's message: the id its client made (UUIDv7)
  id uuid primary key,
  conversation_id uuid not null references conversations (id) on delete cascade,
  seq int not null,
  role text not null check (role in ('user', 'assistant')),
  text text not null,
  turn_id uuid not null,
  context jsonb,
  -- of answers only
  status text check (status in ('complete', 'failed', 'cancelled')),
  error_code text,
  persona_version text,
  model text,
  tools jsonb not null default '[]',
  sources jsonb not null default '[]',
  usage jsonb,
  cost_micros bigint,
  created_at timestamptz not null default now(),
  search tsvector generated always as (to_tsvector('simple', left(text, 100000))) stored,
  unique (conversation_id, seq)
);
create index messages_search on messages using gin (search);
create index messages_turn on messages (turn_id);

create table turns (
  id uuid primary key,
  conversation_id uuid not null references conversations (id) on delete cascade,
  member_id uuid not null references members (id) on delete cascade,
  message_id uuid not null unique,
  persona text not null,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'waiting', 'complete', 'failed', 'cancelled')),
  -- grows by one with each claim; events of older attempts are history
  attempt int not null default 0,
  -- random per claim: a stale owner's writes match no row
  fence uuid,
  owner uuid,
  lease_until timestamptz,
  cancel_requested_at timestamptz,
  correlation_id text not null,
  -- narrowing of the key that asked: its tools may do no more; null: everything the member may
  allowed_actions text[],
  error_code text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  first_token_at timestamptz,
  ended_at timestamptz
);
create index turns_claimable on turns (created_at) where status in ('queued', 'running', 'waiting');
create index turns_conversation on turns (conversation_id, created_at);

-- live for a day, in partitions of six hours that are made ahead and dropped whole
create table turn_events (
  turn_id uuid not null,
  attempt int not null,
  n int not null,
  event jsonb not null,
  at timestamptz not null default now(),
  primary key (turn_id, attempt, n, at)
) partition by range (at);
create table turn_events_default partition of turn_events default;

-- Makes the partitions of the running and the next two spans and drops those that ended a day ago; answers how many it
-- made and dropped. One process at a time; the others answer 0. Attaching locks far less than CREATE ... PARTITION OF.
create function maintain_turn_events(moment timestamptz) returns int language plpgsql as $$
declare
  span constant interval := interval '6 hours';
  first_start constant timestamptz := date_bin(span, moment, timestamptz '2000-01-01 00:00:00+00');
  span_start timestamptz;
  part text;
  changed int := 0;
begin
  if not pg_try_advisory_xact_lock(hashtext('maintain_turn_events')) then
    return 0;
  end if;
  perform set_config('lock_timeout', '2s', true);
  for span_start in select generate_series(first_start, first_start + 2 * span, span) loop
    part := 'turn_events_' || to_char(span_start at time zone 'UTC', 'YYYYMMDDHH24');
    if to_regclass(part) is null then
      begin
        execute format('create table %I (like turn_events including defaults including constraints)', part);
        execute format('alter table turn_events attach partition %I for values from (%L) to (%L)', part, span_start, span_start + span);
        changed := changed + 1;
      exception
        -- the default partition holds rows of this span already, and keeps the rest of them too
        when check_violation then null;
      end;
    end if;
  end loop;
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'turn_events'::regclass and c.relname ~ '^turn_events_[0-9]{10}$'
      and to_timestamp(right(c.relname, 10) || '+00', 'YYYYMMDDHH24TZH') + span < moment - interval '24 hours'
  loop
    execute format('drop table %I', part);
    changed := changed + 1;
  end loop;
  delete from turn_events_default where at < moment - interval '24 hours';
  return changed;
end $$;

-- every call of a tool with side effects, keyed so that it happens at most once
create table tool_calls (
  turn_id uuid not null references turns (id) on delete cascade,
  call_index int not null,
  call_id text not null,
  tool text not null,
  input jsonb not null,
  input_hash text not null,
  status text not null check (status in ('waiting', 'approved', 'denied', 'expired', 'running', 'done', 'failed', 'unknown')),
  result jsonb,
  decided_by uuid references members (id) on delete set null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (turn_id, call_index)
);

create table message_feedback (
  message_id uuid primary key references messages (id) on delete cascade,
  member_id uuid not null references members (id) on delete cascade,
  rating text not null check (rating in ('up', 'down')),
  note text,
  at timestamptz not null default now()
);

-- one row per call of a model provider; day is UTC, as are the budgets
create table usage_entries (
  id uuid primary key,
  turn_id uuid,
  member_id uuid,
  persona text,
  provider text not null,
  model text not null,
  input_tokens int not null,
  cached_input_tokens int not null,
  output_tokens int not null,
  -- the provider never counted: the stream broke, and lengths were taken instead
  is_estimated boolean not null default false,
  -- null: the price table does not know this model
  cost_micros bigint,
  day date not null,
  at timestamptz not null default now()
);
create index usage_entries_day on usage_entries (day, member_id);
create index usage_entries_turn on usage_entries (turn_id);

-- money held back before a call, so that parallel calls cannot overspend together
create table budget_reservations (
  id uuid primary key,
  member_id uuid not null,
  day date not null,
  amount_micros bigint not null,
  expires_at timestamptz not null
);
create index budget_reservations_day on budget_reservations (day, expires_at);

create table budgets (
  -- 'deployment', 'member' (each member's default) or a member's id
  scope text primary key,
  daily_limit_micros bigint not null,
  updated_at timestamptz not null default now()
);
