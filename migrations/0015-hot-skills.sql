-- Which skills are run often by whom with what: made ready before they are asked for. Not breaking.
create table cache_hot_skills (
  member_id uuid not null references members (id) on delete cascade,
  skill text not null,
  input_hash text not null,
  input jsonb not null,
  -- halves with each day that it is not asked for
  weight double precision not null,
  weighed_at timestamptz not null,
  primary key (member_id, skill, input_hash)
);
create index cache_hot_skills_weighed on cache_hot_skills (weighed_at);
