-- Which backup was made before each migration, as the one to go back to. Not breaking.
alter table schema_migrations add column snapshot text;
