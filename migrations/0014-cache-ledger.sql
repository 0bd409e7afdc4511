-- What the cache spared, hour by hour, over all processes. Not breaking.
create table cache_hours (
  hour timestamptz not null,
  class text not null,
  -- answered fresh from the process, from Redis, past freshness, and by a making that somebody else had begun
  l1_hits bigint not null default 0,
  l2_hits bigint not null default 0,
  stale bigint not null default 0,
  joined bigint not null default 0,
  misses bigint not null default 0,
  failures bigint not null default 0,
  evictions bigint not null default 0,
  saved_ms double precision not null default 0,
  saved_micros double precision not null default 0,
  primary key (hour, class)
);
