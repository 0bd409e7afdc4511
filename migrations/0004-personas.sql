-- Versions of persona files by content hash, and which one is in force. Not breaking.

create table persona_versions (
  persona text not null,
  hash text not null,
  content text not null,
  created_at timestamptz not null default now(),
  primary key (persona, hash)
);

create table personas (
  id text primary key,
  -- of the file on disk, as last read
  file_hash text not null,
  active_hash text not null,
  -- a version chosen by a person; saving the file lifts it
  is_pinned boolean not null default false,
  is_present boolean not null default true,
  updated_at timestamptz not null default now()
);
