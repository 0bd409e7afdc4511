-- The company's own records, as imported: ids are the data's own. Not breaking.
-- Money is in millionths of the currency's unit. `source` is 'sample' or the id of the import that last wrote the row.
-- `origin` keeps, per field that needed it, what the file said (a stage by its own name, a product spelt another way).

create table reps (
  id text primary key,
  name text not null,
  email text,
  kind text not null default 'rep' check (kind in ('rep', 'csm')),
  manager text,
  region text,
  quota_micros bigint,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index reps_email on reps (lower(email));
create index reps_manager on reps (manager);

create table products (
  id text primary key,
  name text not null,
  series text,
  list_price_micros bigint,
  currency text not null default 'USD',
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);

create table clients (
  id text primary key,
  name text not null,
  segment text,
  industry text,
  region text,
  owner_rep_id text,
  csm_rep_id text,
  parent_client_id text,
  employees int,
  -- the client's own yearly revenue
  revenue_micros bigint,
  -- what the client pays us in a year
  arr_micros bigint,
  currency text not null default 'USD',
  licensed_seats int,
  units_managed int,
  customer_since date,
  renewal_on date,
  nps int,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index clients_name on clients (lower(name));
create index clients_owner on clients (owner_rep_id);
create index clients_csm on clients (csm_rep_id);
create index clients_renewal on clients (renewal_on);

create table contacts (
  id text primary key,
  client_id text not null,
  name text not null,
  email text,
  title text,
  -- champion, economic buyer, user, blocker ...
  role text,
  left_on date,
  last_contacted_on date,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index contacts_client on contacts (client_id);

create table deals (
  id text primary key,
  name text not null,
  client_id text,
  rep_id text,
  product_id text,
  stage text not null check (stage in ('prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost')),
  status text not null generated always as
    (case stage when 'won' then 'won' when 'lost' then 'lost' else 'open' end) stored,
  value_micros bigint,
  -- 'list_price': the mapping asked that the product's list price stand in when there is no value
  value_estimate text check (value_estimate in ('list_price')),
  currency text not null default 'USD',
  created_on date,
  stage_entered_on date,
  expected_close_on date,
  -- how often the expected close moved later, as far as imports and history know
  pushed_count int not null default 0,
  closed_on date,
  next_step text,
  next_step_on date,
  champion_contact_id text,
  economic_buyer_contact_id text,
  decision_criteria text,
  timeline text,
  competitor text,
  lost_reason text,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index deals_status on deals (status, stage);
create index deals_client on deals (client_id);
create index deals_rep on deals (rep_id, status);
create index deals_name on deals (lower(name));
create index deals_closed on deals (closed_on) where status <> 'open';

create table activities (
  id text primary key,
  kind text not null,
  on_day date not null,
  client_id text,
  deal_id text,
  rep_id text,
  contact_id text,
  subject text,
  notes text,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index activities_deal on activities (deal_id, on_day desc);
create index activities_client on activities (client_id, on_day desc);

create table usage_days (
  id text primary key,
  client_id text not null,
  on_day date not null,
  active_users int,
  licensed_seats int,
  sessions int,
  features_used int,
  features_available int,
  payments_processed int,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index usage_days_client on usage_days (client_id, on_day desc);

create table invoices (
  id text primary key,
  client_id text not null,
  amount_micros bigint,
  currency text not null default 'USD',
  issued_on date,
  due_on date,
  paid_on date,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index invoices_client on invoices (client_id, due_on desc);
create index invoices_unpaid on invoices (due_on) where paid_on is null;

create table tickets (
  id text primary key,
  client_id text not null,
  opened_on date not null,
  resolved_on date,
  severity text,
  escalated boolean not null default false,
  satisfaction int,
  subject text,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index tickets_client on tickets (client_id, opened_on desc);

create table transcripts (
  id text primary key,
  client_id text,
  deal_id text,
  rep_id text,
  on_day date not null,
  title text not null,
  body text not null,
  source text not null,
  origin jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
create index transcripts_client on transcripts (client_id, on_day desc);
create index transcripts_deal on transcripts (deal_id, on_day desc);

-- one row per changed field of a row that existed before
create table record_changes (
  id bigint generated always as identity primary key,
  kind text not null,
  record_id text not null,
  field text not null,
  old_value text,
  new_value text,
  -- the day the new value speaks for
  as_of date not null,
  source text not null,
  at timestamptz not null default now()
);
create index record_changes_record on record_changes (kind, record_id, id desc);

create table imports (
  id uuid primary key,
  kind text not null,
  file_name text not null,
  status text not null check (status in ('running', 'complete', 'failed')),
  as_of date,
  is_atomic boolean not null default false,
  is_dry_run boolean not null default false,
  mapping jsonb not null default '{}',
  rows_read bigint not null default 0,
  rows_created bigint not null default 0,
  rows_changed bigint not null default 0,
  rows_unchanged bigint not null default 0,
  rows_faulty bigint not null default 0,
  bytes_read bigint not null default 0,
  bytes_total bigint,
  error_detail text,
  -- what the import understood on its own and a person should know: a product matched by another spelling
  notes jsonb not null default '[]',
  member_id uuid references members (id) on delete set null,
  started_at timestamptz not null default now(),
  -- renewed while it runs; a running import without it has lost its process
  beat_at timestamptz not null default now(),
  ended_at timestamptz
);
create index imports_started on imports (started_at desc);

create table import_faults (
  import_id uuid not null references imports (id) on delete cascade,
  line int not null,
  -- position among faults of one line
  n int not null,
  column_name text,
  reason text not null,
  value text,
  primary key (import_id, line, n)
);

-- the day each kind of record speaks for; absent or null: the present day
create table data_days (
  kind text primary key,
  as_of date,
  updated_at timestamptz not null default now()
);

-- the day that records of a kind speak for; `today` is the caller's clock, so that tests own it
create function data_day(of_kind text, today date) returns date language sql stable as
  $$ select coalesce((select as_of from data_days where kind = of_kind), today) $$;
