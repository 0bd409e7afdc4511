-- How well the service is: what objectives count, who takes part, and alerts. Not breaking.

-- By spans of 10 s for a day and of 300 s for ninety; of a replica for a day, then (with an empty name) of all together.
create table slo_counts (
  slo text not null,
  width smallint not null check (width in (10, 300)),
  starts_at timestamptz not null,
  replica text not null,
  good bigint not null,
  bad bigint not null,
  primary key (width, starts_at, slo, replica)
);

-- Processes that take part. One that stops says so; one that does not, and is not heard of, is missed.
create table watch_replicas (
  replica text primary key,
  address text not null,
  version text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  left_at timestamptz,
  -- what the rules of alerts read of it, by rule and subject
  signals jsonb not null default '{}'
);

-- Who judged the rules last: one process at a time, each five seconds.
create table watch_rounds (
  id smallint primary key check (id = 1),
  judged_at timestamptz not null,
  judged_by text not null
);

create table alerts (
  id uuid primary key,
  rule text not null,
  subject text not null,
  state text not null check (state in ('pending', 'firing', 'resolved')),
  since timestamptz not null,
  fired_at timestamptz,
  clear_since timestamptz,
  resolved_at timestamptz,
  value double precision not null,
  told_at timestamptz
);
create unique index alerts_active on alerts (rule, subject) where state <> 'resolved';
create index alerts_resolved on alerts (resolved_at) where state = 'resolved';

-- An empty subject stands for all of a rule.
create table alert_silences (
  rule text not null,
  subject text not null,
  until timestamptz not null,
  reason text not null,
  member_id uuid references members (id) on delete set null,
  created_at timestamptz not null,
  primary key (rule, subject)
);

-- What is to be said to whom: written with the change of the alert, sent after its commit.
create table alert_messages (
  id uuid primary key,
  channel text not null check (channel in ('webhook', 'email')),
  subject text not null,
  body text not null,
  status text not null check (status in ('waiting', 'sent', 'failed')),
  attempts int not null default 0,
  next_try_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  detail text
);
create index alert_messages_due on alert_messages (next_try_at) where status = 'waiting';
