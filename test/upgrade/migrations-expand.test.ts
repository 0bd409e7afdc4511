import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { migrate } from '#platform/postgres/migrate.ts'
import { openEmptyDatabase } from '../support/database.ts'
import { ALLOWED_BREAKS } from './allowed-breaks.ts'
import { findBreaks } from './find-breaks.ts'
import { readSchema } from './read-schema.ts'

const MIGRATIONS = join(import.meta.dirname, '../../migrations')

async function connect(): Promise<{ client: pg.Client; connection: pg.ClientConfig }> {
  const { connection } = await openEmptyDatabase()
  const client = new pg.Client(connection)
  await client.connect()
  return { client, connection }
}

test('no migration takes from the version before what it reads, or refuses what it writes, but for what is listed with its reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-expand-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const { client, connection } = await connect()
  const found: { migration: string; breaks: string }[] = []
  let before = await readSchema(client)
  for (const migration of (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted()) {
    await copyFile(join(MIGRATIONS, migration), join(folder, migration))
    assert.equal((await migrate({ connection, folder })).applied.length, 1)
    const now = await readSchema(client)
    for (const breaks of findBreaks(before, now)) found.push({ migration, breaks })
    before = now
  }
  await client.end()
  assert.ok(before.columns.length > 300 && before.routines.length > 0, 'the schema was read')
  const isAllowed = (one: (typeof found)[number], { migration, breaks }: (typeof ALLOWED_BREAKS)[number]): boolean =>
    migration === one.migration && breaks.test(one.breaks)
  const unlisted = found.filter((one) => !ALLOWED_BREAKS.some((allowed) => isAllowed(one, allowed)))
  const needless = ALLOWED_BREAKS.filter((allowed) => !found.some((one) => isAllowed(one, allowed)))
  assert.deepEqual({ unlisted, needless }, { unlisted: [], needless: [] })
})

const BASE = `create type mood as enum ('calm', 'glad');
create table deals (id int primary key, name text, size int not null default 1, made int generated always as identity, code text unique,
  check (size > 0));
create table notes (id int primary key, deal_id int references deals (id) on delete cascade);
create view names as select id, name from deals;
create table events (at timestamptz not null) partition by range (at);
create table events_default partition of events default;
create function size_of(deal int) returns int language sql as 'select size from deals where id = deal';
create function seen() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger looks before insert on deals for each row execute function seen();`

const EXPANDING = [
  'create table moods (id int primary key, name text not null unique check (name <> $$ $$))',
  'alter table deals add column mood text',
  "alter table deals add column mood text not null default 'calm' check (mood <> 'sad')",
  'alter table deals add column made_at timestamptz not null default now()',
  'alter table deals add column note_id int references notes (id)',
  'alter table deals add column token text unique',
  'alter table deals add column total int generated always as (size * 2) stored',
  'alter table deals alter column name set default $$ $$',
  'alter table deals alter column size drop not null',
  'alter table deals drop constraint deals_size_check',
  'create index deals_name on deals (name)',
  'create view sizes as select id, size from deals',
  'create table events_2026 partition of events for values from ($$2026-01-01$$) to ($$2027-01-01$$)',
  'drop table events_default',
  "create or replace function size_of(deal int) returns int language sql as 'select size + 1 from deals where id = deal'",
  "create function size_of(deal text) returns int language sql as 'select 1'",
  "alter type mood add value 'merry'",
  'insert into deals (id) values (1)',
]

const CONTRACTING: Readonly<Record<string, RegExp>> = {
  'drop table deals cascade': /deals is gone/,
  'drop view names': /names is gone/,
  'alter table notes rename to remarks': /notes is gone/,
  'alter table deals rename column name to title': /deals\.name is gone/,
  'alter table deals drop column name cascade': /deals\.name is gone/,
  'alter table deals drop column size': /deals\.size is gone/,
  'alter table deals alter column size type bigint': /deals\.size is a bigint and was a integer/,
  'alter table deals alter column name set not null': /deals\.name may not be empty any more/,
  'alter table deals alter column size drop default': /deals\.size gets nothing by itself and got 1/,
  'alter table deals alter column size set default 2': /deals\.size gets 2 by itself and got 1/,
  'alter table deals alter column made drop identity': /deals\.made gets nothing/,
  'alter table deals add column mood text not null': /deals\.mood is new and may not be left out/,
  'alter table deals add check (size < 10) not valid': /new rule deals_size_check1: CHECK/,
  'alter table deals add column mood int check (mood < size)': /new rule/,
  'alter table deals add unique (name)': /new rule deals_name_key: UNIQUE/,
  'create unique index one_name on deals (name) where size > 1': /new rule one_name/,
  'create unique index one_name on deals (lower(name))': /new rule one_name/,
  "alter table deals add column mood text not null default 'calm' unique": /new rule deals_mood_key/,
  'alter table deals add foreign key (size) references notes (id)': /new rule deals_size_fkey: FOREIGN KEY/,
  'alter table deals drop constraint deals_code_key': /deals has no deals_code_key any more/,
  'alter table notes drop constraint notes_deal_id_fkey': /notes has no notes_deal_id_fkey any more/,
  'alter table notes drop constraint notes_deal_id_fkey, add constraint notes_deal_id_fkey foreign key (deal_id) references deals (id)':
    /notes has notes_deal_id_fkey as FOREIGN KEY/,
  'drop trigger looks on deals': /deals has looks no more/,
  'create trigger stays before delete on deals for each row execute function seen()': /deals has a new trigger/,
  'alter table notes enable row level security': /notes is a table with row security and was a table/,
  'drop function size_of(int)': /size_of\(deal integer\) is gone/,
  'drop function size_of(int); create function size_of(deal int, more int) returns int language sql as $$ select 1 $$':
    /size_of\(deal integer\) is gone/,
  'drop function size_of(int); create function size_of(deal int) returns text language sql as $$ select 1::text $$':
    /size_of\(deal integer\) is a f text and was a f integer/,
  'alter type mood rename value $$calm$$ to $$quiet$$': /mood has no 'calm' any more/,
}

test('what only adds is let pass, and each way to take away is told', async () => {
  const { client } = await connect()
  await client.query(BASE)
  const before = await readSchema(client)
  const breaksOf = async (statement: string): Promise<string[]> => {
    await client.query('begin')
    await client.query(statement)
    const after = await readSchema(client)
    await client.query('rollback')
    return findBreaks(before, after)
  }
  for (const statement of EXPANDING) assert.deepEqual(await breaksOf(statement), [], statement)
  for (const [statement, told] of Object.entries(CONTRACTING)) {
    const breaks = await breaksOf(statement)
    assert.ok(
      breaks.some((one) => told.test(one)),
      `${statement}: ${breaks.join('; ')}`,
    )
  }
  await client.end()
})
