-- Where the time of answers went: one row for each turn, kept for seven days. Not breaking.

-- where the request that asked stood in its trace, so that the turn goes on there in whichever process
alter table turns add column trace_context jsonb;

create table turn_traces (
  turn_id uuid primary key references turns (id) on delete cascade,
  attempt int not null,
  trace_id text not null,
  total_ms double precision not null,
  first_word_ms double precision,
  left_out int not null,
  steps jsonb not null,
  at timestamptz not null default now()
);
create index turn_traces_at on turn_traces (at);
