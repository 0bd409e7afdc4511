-- Finds what is remembered for more than its member without reading what belongs to all the others. Adds an index only.

create index memories_shared on memories (status, change_seq) where audience <> 'member';
