-- What each process measured of itself over time, and what was changed when. Not breaking.

-- By spans of 10 s for a day and of 300 s for ninety; of a replica for a day, then (with an empty name) of all together.
create table watch_figures (
  width smallint not null check (width in (10, 300)),
  starts_at timestamptz not null,
  replica text not null,
  -- what was counted in the span, by figure
  sums jsonb not null,
  -- the highest of what was looked at in it, by figure
  peaks jsonb not null,
  primary key (width, starts_at, replica)
);

-- Processes that began or left, and what else was in force from then on.
create table watch_changes (
  id uuid primary key,
  at timestamptz not null,
  kind text not null check (kind in ('started', 'stopped', 'changed')),
  -- the version of a process; the name of a setting, a file or a colleague
  subject text not null,
  replica text not null
);
create index watch_changes_at on watch_changes (at);

-- What was last known to be in force, by name: a print of it that tells no more than whether it is another.
create table watch_in_force (
  name text primary key,
  print text not null
);
