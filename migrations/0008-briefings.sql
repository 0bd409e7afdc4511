-- Briefings per member: settings, and each one sent at most once per period and channel. Not breaking.

create table briefing_settings (
  member_id uuid primary key references members (id) on delete cascade,
  cadence text not null default 'off' check (cadence in ('off', 'daily', 'weekly')),
  weekday int not null default 1 check (weekday between 1 and 7),
  hour int not null default 8 check (hour between 0 and 23),
  time_zone text not null default 'UTC',
  persona text not null default 'marcus',
  by_email boolean not null default false,
  by_webhook boolean not null default false,
  -- when the next one is due; null when off
  next_at timestamptz,
  updated_at timestamptz not null default now()
);
create index briefing_settings_due on briefing_settings (next_at) where next_at is not null;

create table briefings (
  -- also the id of its conversation, so that posting it twice posts it once
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  -- '2026-11-23' or '2026-W48': one briefing per member and period
  period text not null,
  cadence text not null check (cadence in ('daily', 'weekly')),
  persona text not null,
  -- null until it was put together for the first time; what it said is kept nowhere but in its conversation
  subject text,
  conversation_id uuid references conversations (id) on delete set null,
  created_at timestamptz not null default now(),
  unique (member_id, period)
);
create index briefings_member on briefings (member_id, id desc);

create table briefing_deliveries (
  briefing_id uuid not null references briefings (id) on delete cascade,
  channel text not null check (channel in ('conversation', 'email', 'webhook')),
  -- 'sending' is written before anything leaves; a process that dies there leaves 'unknown', which is never sent again
  status text not null default 'waiting' check (status in ('waiting', 'sending', 'sent', 'failed', 'skipped', 'unknown')),
  attempts int not null default 0,
  detail text,
  changed_at timestamptz not null,
  sent_at timestamptz,
  primary key (briefing_id, channel)
);
create index briefing_deliveries_open on briefing_deliveries (changed_at) where status in ('waiting', 'sending');

-- one per e-mail, since the token itself is kept nowhere; they go on working after they were used
create table briefing_unsubscribe_links (
  token_hash bytea primary key,
  member_id uuid not null references members (id) on delete cascade,
  created_at timestamptz not null
);
create index briefing_unsubscribe_links_age on briefing_unsubscribe_links (created_at);
create index briefing_unsubscribe_links_member on briefing_unsubscribe_links (member_id);
