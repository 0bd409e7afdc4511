-- Where each deal and client stands, as last computed from the shared rows, and its history by day. Not breaking.
-- Everything here can be computed again, except the history.

create table deal_standings (
  deal_id text primary key,
  -- the data day it was computed for
  day date not null,
  risk_level text not null check (risk_level in ('high', 'medium', 'low', 'unknown')),
  risk_score real,
  -- the heaviest signal in one sentence
  reason text,
  win_probability real,
  last_activity_on date,
  updated_at timestamptz not null default now()
);
create index deal_standings_risk on deal_standings (risk_score desc nulls last, deal_id);

-- the last activity of every deal, decided ones too: what lists are ordered by
create table deal_activity_days (
  deal_id text primary key,
  on_day date not null
);

-- written on a day only when something differs from the row before: the row of a day is the last one up to it
create table deal_snapshots (
  deal_id text not null,
  day date not null,
  stage text not null,
  value_micros bigint,
  is_estimated boolean not null default false,
  currency text not null,
  expected_close_on date,
  next_step text,
  next_step_on date,
  rep_id text,
  -- names of tracked fields that are empty
  missing text[] not null default '{}',
  risk_level text,
  risk_score real,
  last_activity_on date,
  primary key (deal_id, day)
);
-- by block: rows come in the order of their days, and the history of one deal must not be looked for in this one
create index deal_snapshots_day on deal_snapshots using brin (day) with (pages_per_range = 32, autosummarize = on);

create table client_standings (
  client_id text primary key,
  day date not null,
  score real,
  band text not null,
  -- share of the model's weight that rows supplied
  known_weight real not null,
  reason text,
  change_30 real,
  -- what moved it most in those 30 days
  move_reason text,
  churn_points real,
  churn_band text,
  -- how a renewal of it is counted: commit, best_case, at_risk, unknown
  outlook text not null,
  overdue_micros bigint,
  overdue_currency text,
  oldest_overdue_days int,
  -- days after the due day: of the last invoice paid, mean of the last three, mean of the three before
  late_days_last int,
  late_days_recent real,
  late_days_before real,
  -- of all activities; who sees fewer gets their own from the activities
  last_activity_on date,
  active_mean real,
  seats_mean real,
  updated_at timestamptz not null default now()
);
create index client_standings_score on client_standings (score, client_id);

create table client_snapshots (
  client_id text not null,
  day date not null,
  score real,
  band text not null,
  known_weight real not null,
  -- score per component; absent ones are left out
  components jsonb not null default '{}',
  arr_micros bigint,
  currency text not null default 'USD',
  renewal_on date,
  overdue_micros bigint,
  primary key (client_id, day)
);


-- the days that were looked at, so that "no change" differs from "nobody looked"
create table snapshot_days (
  kind text not null check (kind in ('deals', 'clients')),
  day date not null,
  rows int not null,
  -- told by the recorded changes afterwards, not looked at on the day
  is_reconstructed boolean not null default false,
  taken_at timestamptz not null default now(),
  primary key (kind, day)
);

-- counting without reading every row
create index deals_open_client on deals (client_id) where status = 'open';
create index invoices_paid on invoices (paid_on) where paid_on is not null;

-- deals and clients by id in any case
create index deals_id_text on deals (lower(id));
create index clients_id_text on clients (lower(id));
create index transcripts_id_text on transcripts (lower(id));
-- cut, for a title may be longer than an index takes
create index transcripts_title on transcripts (left(lower(title), 200));
-- what is counted over open and over decided deals, without their rows
create index deals_open on deals (rep_id, id)
  include (stage, client_id, product_id, value_micros, value_estimate, currency, created_on, expected_close_on, pushed_count, next_step_on)
  where status = 'open';
create index deals_decided on deals (rep_id, closed_on desc, id)
  include (status, product_id, client_id, created_on, value_micros, value_estimate, currency, pushed_count) where status <> 'open';
create index deals_currency on deals (currency);
create index deals_lost_reason on deals (lost_reason) where lost_reason is not null;

-- who uses the product less than before, and champions who left
create index usage_days_day on usage_days (on_day, client_id) include (active_users);
create index contacts_left on contacts (left_on) where left_on is not null;

-- what a rep did, by week and kind; and the stage a deal stood in before it was lost
create index activities_rep on activities (rep_id, on_day) include (kind);
create index record_changes_lost on record_changes (record_id, id desc) include (old_value)
  where kind = 'deals' and field = 'stage' and new_value = 'lost';
-- whether activities name whom they were with at all
create index activities_contact on activities (deal_id) where contact_id is not null;

-- the orders that lists of deals start from
create index deal_standings_order on deal_standings ((round(risk_score * 10000)::bigint), deal_id) where risk_score is not null;
create index deal_activity_days_order on deal_activity_days (on_day, deal_id);
create index deals_name_order on deals (left(lower(name), 60), id);
-- whether any deal fills these in at all, seldom used fields at once too
create index deals_decision_criteria on deals (rep_id) where decision_criteria is not null;
create index deals_timeline on deals (rep_id) where timeline is not null;
create index deals_competitor on deals (rep_id) where competitor is not null;
-- the few activities that were a stepping in, among all the others
create index activities_interventions on activities (on_day) include (client_id, deal_id)
  where kind in ('intervention', 'save_plan', 'rescue');
