-- Backups by schedule, one row for each try: all processes know from them when the next is due and how the last one went. It is
-- about archives that lie outside the database, so that no archive holds it.
create table backup_runs (
  id uuid primary key,
  started_at timestamptz not null,
  host text not null,
  status text not null check (status in ('running', 'verified', 'failed')),
  ended_at timestamptz,
  detail text
);
create index backup_runs_started on backup_runs (started_at);
