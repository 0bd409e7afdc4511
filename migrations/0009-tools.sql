-- Servers that speak the Model Context Protocol, their tools as pinned, and what was seen of them. Adds tables only.

-- Those added on screen or over the API; servers of the file on disk have no row here.
create table mcp_servers (
  id text primary key,
  name text not null,
  url text not null,
  -- header values, and the client registered beforehand: sealed with the secret key
  sealed_headers bytea,
  header_names text[] not null default '{}',
  sealed_client bytea,
  is_critical boolean not null default false,
  expected_tools text[] not null default '{}',
  credentials text not null default 'none' check (credentials in ('none', 'shared', 'member')),
  is_enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A tool may be called as long as what its server says of it is what somebody agreed to. Also for servers of the file.
create table mcp_tools (
  server_id text not null,
  name text not null,
  -- as agreed to; null for a tool that nobody has agreed to yet
  approved jsonb,
  approved_hash text,
  approved_at timestamptz,
  -- null: at the first sight of the server, which somebody had just added
  approved_by uuid,
  seen jsonb not null,
  seen_hash text not null,
  seen_at timestamptz not null default now(),
  is_listed boolean not null default true,
  primary key (server_id, name)
);

-- One row per server that was ever seen: who asks it (a lease, so that one process of many does), and what outlives a restart.
create table mcp_states (
  server_id text primary key,
  owner uuid,
  leased_until timestamptz,
  era jsonb,
  era_at timestamptz,
  state text not null default 'unknown',
  reason text not null default 'not_probed_yet',
  since timestamptz,
  capability_hash text,
  previous_hash text,
  capabilities_at timestamptz
);

create table mcp_transitions (
  id bigint generated always as identity primary key,
  server_id text not null,
  at timestamptz not null,
  from_state text not null,
  to_state text not null,
  reason text not null
);
create index mcp_transitions_server on mcp_transitions (server_id, id desc);

-- What was asked of a server and what failed, by minute: availability that a restart does not forget.
create table mcp_minutes (
  server_id text not null,
  minute timestamptz not null,
  asked int not null default 0,
  failed int not null default 0,
  primary key (server_id, minute)
);
create index mcp_minutes_minute on mcp_minutes (minute);

-- Calls over the API of tools that write: the same key gives the same answer, and an unknown outcome stays unknown.
create table mcp_calls (
  member_id uuid not null references members (id) on delete cascade,
  key text not null,
  tool text not null,
  input_hash text not null,
  status text not null check (status in ('running', 'done', 'failed', 'unknown')),
  answer jsonb,
  at timestamptz not null default now(),
  primary key (member_id, key)
);
create index mcp_calls_at on mcp_calls (at);

-- The client that Sophia is at the authorization server of a server. Sealed with the secret key.
create table mcp_clients (
  server_id text primary key,
  sealed bytea not null,
  updated_at timestamptz not null default now()
);

-- What an authorization server gave: for all, or for one member. Sealed with the secret key; a member sees and uses their own only.
create table mcp_credentials (
  server_id text not null,
  -- the member; the nil UUID stands for everybody
  owner uuid not null,
  member_id uuid references members (id) on delete cascade,
  -- null once the authorization server refused to renew it
  sealed bytea,
  -- rises with each change: whoever renews on the ground of an older one changes nothing
  version int not null default 1,
  -- one process renews, the others wait
  refreshing_until timestamptz,
  updated_at timestamptz not null default now(),
  primary key (server_id, owner),
  check (owner = coalesce(member_id, '00000000-0000-0000-0000-000000000000'::uuid))
);
create index mcp_credentials_member on mcp_credentials (member_id);

-- Sign-ins that wait for a browser to come back, ten minutes at most. Only who began one can finish it, and once.
create table mcp_sign_ins (
  state_hash bytea primary key,
  server_id text not null,
  member_id uuid not null references members (id) on delete cascade,
  sealed bytea not null,
  started_at timestamptz not null default now(),
  unique (server_id, member_id)
);
create index mcp_sign_ins_member on mcp_sign_ins (member_id);
