-- What housekeeping takes away is found without reading the whole table. Adds indexes only.

create index sessions_expiry on sessions (expires_at);
create index sign_in_links_expiry on sign_in_links (expires_at);
create index sign_in_attempts_age on sign_in_attempts (at);
create index alert_messages_ended on alert_messages (created_at) where status <> 'waiting';
