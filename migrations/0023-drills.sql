-- Rehearsed disasters, one row for each. They tell of scratch deployments, not of what is stored here, so that no archive holds them.
create table drills (
  id uuid primary key,
  name text not null,
  origin text not null check (origin in ('screen', 'command', 'schedule')),
  state text not null check (state in ('waiting', 'running', 'ended')),
  asked_at timestamptz not null,
  began_at timestamptz,
  -- Its process says so every few seconds; one that does not is gone, and the drill with it.
  seen_at timestamptz,
  ended_at timestamptz,
  host text,
  version text,
  step text,
  verdict text check (verdict in ('held', 'broken', 'not-run', 'inconclusive')),
  reasons jsonb not null default '[]',
  steps jsonb not null default '[]',
  figures jsonb,
  check ((state = 'ended') = (verdict is not null))
);
create index drills_of_name on drills (name, asked_at desc, id desc);
-- Two at once would measure each other.
create unique index drills_one_runs on drills (state) where state = 'running';
create unique index drills_one_waits on drills (name) where state = 'waiting';
