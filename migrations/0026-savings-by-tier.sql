-- What each tier spared, beside the sums that stay. What a process of the version before adds to an hour is in the sums only, and so is
-- of no tier that anybody knows. Not breaking.
alter table cache_hours
  add column l1_saved_ms double precision not null default 0,
  add column l1_saved_micros double precision not null default 0,
  add column l2_saved_ms double precision not null default 0,
  add column l2_saved_micros double precision not null default 0;
