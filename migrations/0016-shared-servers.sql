-- What every process answers of MCP servers: one record of each, changed in the order of one sequence. Adds tables and columns only.

-- How often anything below was changed, and how many events were told. Whoever changes something takes this row last: numbers
-- are without gaps and in the order of commits, so that a reader that has seen one has seen all before it.
create table mcp_sequence (
  is_only boolean primary key default true check (is_only),
  seq bigint not null default 0,
  events bigint not null default 0
);

create table mcp_reports (
  server_id text not null,
  -- of where the server is and how it is spoken to: processes that have it set up otherwise have a record of their own
  setup text not null,
  -- null until something was heard
  report jsonb,
  seq bigint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (server_id, setup)
);

-- Who asks a server. The fence rises with each new owner: what an earlier one still has to say is not taken.
create table mcp_probers (
  server_id text not null,
  setup text not null,
  owner uuid,
  fence bigint not null default 1,
  leased_until timestamptz not null,
  primary key (server_id, setup)
);

-- What happened to servers, for readers at every process. Kept for an hour.
create table mcp_events (
  number bigint primary key,
  at timestamptz not null default now(),
  event jsonb not null
);

alter table mcp_states
  -- when tools were last seen otherwise or agreed to, and when a sign-in last changed; by the sequence
  add column tools_seq bigint not null default 0,
  add column credentials_seq bigint not null default 0;

alter table mcp_minutes
  add column seq bigint not null default 0;
create index mcp_minutes_seq on mcp_minutes (seq);
