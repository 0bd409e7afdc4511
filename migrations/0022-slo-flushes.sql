-- The newest batch of counts that was stored of each writer, so that one whose answer was lost is not added twice. Not breaking.

create table slo_flushes (
  -- a process in one of its lives, or an outage that is counted after it
  origin text primary key,
  sequence bigint not null,
  written_at timestamptz not null
);
