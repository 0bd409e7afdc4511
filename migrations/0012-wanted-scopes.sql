-- What a server wanted beyond the sign-in it was given: the next one asks for it too. Adds a column only.

alter table mcp_credentials
  -- scopes and the address they are for, sealed with the secret key; null: nothing beyond what any sign-in asks for
  add column sealed_wanted bytea;
