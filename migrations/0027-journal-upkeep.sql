-- Whoever waits for a whole table has everybody else wait behind: while somebody reads long, as a backup does, the upkeep of the journal
-- lets them read, makes what it can, and does the rest another time.
create or replace function maintain_turn_events(moment timestamptz) returns int language plpgsql as $$
declare
  span constant interval := interval '6 hours';
  first_start constant timestamptz := date_bin(span, moment, timestamptz '2000-01-01 00:00:00+00');
  span_start timestamptz;
  part text;
  changed int := 0;
begin
  if not pg_try_advisory_xact_lock(hashtext('maintain_turn_events')) then
    return 0;
  end if;
  perform set_config('lock_timeout', '200ms', true);
  for span_start in select generate_series(first_start, first_start + 2 * span, span) loop
    part := 'turn_events_' || to_char(span_start at time zone 'UTC', 'YYYYMMDDHH24');
    if to_regclass(part) is null then
      begin
        execute format('create table %I (like turn_events including defaults including constraints)', part);
        execute format('alter table turn_events attach partition %I for values from (%L) to (%L)', part, span_start, span_start + span);
        changed := changed + 1;
      exception
        -- the default partition holds rows of this span already, and keeps the rest of them too
        when check_violation then null;
        when lock_not_available then null;
      end;
    end if;
  end loop;
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'turn_events'::regclass and c.relname ~ '^turn_events_[0-9]{10}$'
      and to_timestamp(right(c.relname, 10) || '+00', 'YYYYMMDDHH24TZH') + span < moment - interval '24 hours'
  loop
    begin
      execute format('drop table %I', part);
      changed := changed + 1;
    exception when lock_not_available then null;
    end;
  end loop;
  delete from turn_events_default where at < moment - interval '24 hours';
  return changed;
end $$;
