-- Whom a freeze would choose now, by number: from here on the analysis has no long transaction, and knows how many there are.
insert into preflight_chosen (contact)
select c.id
  from {sendable}
 order by c.id
