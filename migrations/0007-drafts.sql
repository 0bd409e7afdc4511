-- Drafts that leave only when their member approves them, and commitments heard in calls. Not breaking.

create table drafts (
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  kind text not null check (kind in ('email', 'record_update')),
  status text not null default 'draft' check (status in ('draft', 'approved', 'sent', 'applied', 'failed', 'discarded')),
  persona text not null,
  about_kind text,
  about_id text,
  about_label text,
  recipients jsonb not null default '[]',
  subject text not null default '',
  body text not null default '',
  changes jsonb not null default '[]',
  sources jsonb not null default '[]',
  notes jsonb not null default '[]',
  -- of the call that wrote it: a repeated call finds it instead of writing another
  idempotency_key text unique,
  failure text,
  attempts int not null default 0,
  -- set while a try is under way: found set by another try, nobody knows whether the mail left
  sending_since timestamptz,
  -- 'deliver' from here, or 'outside' by the member's own mail program
  sent_how text check (sent_how in ('deliver', 'outside')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  decided_at timestamptz,
  sent_at timestamptz
);
create index drafts_member on drafts (member_id, status, updated_at desc, id desc);

create table commitments (
  id text primary key,
  -- the transcript it was heard in
  transcript_id text not null,
  deal_id text,
  client_id text,
  rep_id text,
  -- 'us' or 'them', as far as the speaker is known
  side text not null check (side in ('us', 'them', 'unknown')),
  speaker text,
  text text not null,
  quote text not null,
  line int not null,
  said_on date not null,
  due_on date,
  -- null while open; set by a person
  done_at timestamptz,
  done_by uuid references members (id) on delete set null,
  updated_at timestamptz not null default now()
);
create index commitments_open on commitments (due_on) where done_at is null;
create index commitments_deal on commitments (deal_id);
create index commitments_client on commitments (client_id);
create index commitments_transcript on commitments (transcript_id);

-- who spoke, as the file said: `Priya Nair <priya@example.com> (us); Dana Fox (them)`
alter table transcripts add column speakers text;
