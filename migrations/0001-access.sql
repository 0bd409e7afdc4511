-- Members, teams, how they sign in, and the record of what they did. Not breaking.

create table teams (
  id uuid primary key,
  name text not null unique,
  -- reps of the imported data whose manager has this name belong to the team
  manager text unique,
  created_at timestamptz not null default now()
);

create table members (
  id uuid primary key,
  email text not null,
  name text not null,
  -- 'automation': holds the key given by the settings; it is no person, so it never counts as the last or first owner
  kind text not null default 'person' check (kind in ('person', 'automation')),
  role text not null check (role in ('owner', 'admin', 'lead', 'member', 'viewer')),
  row_scope text not null default 'own' check (row_scope in ('own', 'team', 'all')),
  status text not null default 'active' check (status in ('invited', 'active', 'suspended')),
  team_id uuid references teams (id) on delete set null,
  rep_id text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz
);
create unique index members_email on members (lower(email));

create table sessions (
  token_hash bytea primary key,
  id uuid not null unique,
  member_id uuid not null references members (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_seen_at timestamptz not null default now(),
  user_agent text
);
create index sessions_member on sessions (member_id);

create table api_keys (
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  name text not null,
  -- the first characters, for people to recognise it
  prefix text not null,
  token_hash bytea not null unique,
  -- null: everything its member may do
  actions text[],
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_member on api_keys (member_id);

create table sign_in_links (
  token_hash bytea primary key,
  kind text not null check (kind in ('owner', 'invitation', 'sign-in')),
  -- null only for the first owner, who does not exist yet
  member_id uuid references members (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);

-- attempts to sign in, counted where eviction cannot forget them
create table sign_in_attempts (
  address text not null,
  at timestamptz not null default now()
);
create index sign_in_attempts_address on sign_in_attempts (address, at);

create table audit_entries (
  id uuid primary key,
  at timestamptz not null default now(),
  actor_member_id uuid,
  actor_kind text not null check (actor_kind in ('session', 'key', 'local', 'system')),
  actor_id text not null,
  action text not null,
  target_kind text,
  target_id text,
  detail jsonb not null default '{}',
  correlation_id text
);
create index audit_entries_at on audit_entries (at desc, id desc);

-- facts of the deployment that are not settings: whether the first owner exists, the day the data speaks for
create table deployment_facts (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);
