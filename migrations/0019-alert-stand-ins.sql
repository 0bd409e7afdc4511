-- An alert of which nobody was told by itself, because the message about another one stands for it: the rule of that. Adds a column only.

alter table alerts add column told_by text;
