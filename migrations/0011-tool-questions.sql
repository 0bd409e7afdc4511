-- What an outside server asks the person whose call it works on, while the call waits. Adds a table only.

create table tool_questions (
  id uuid primary key,
  turn_id uuid not null references turns (id) on delete cascade,
  call_id text not null,
  -- message and fields as shown: the answer is held against them
  question jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'accepted', 'declined', 'expired', 'withdrawn')),
  -- kept until the waiting call has taken it, not longer
  content jsonb,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index tool_questions_turn on tool_questions (turn_id);
