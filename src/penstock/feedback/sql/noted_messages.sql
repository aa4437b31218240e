-- Messages are noted: what they were found to be, and what was done.
update feedback_message m
   set noted_at = now(), number = n.number, word = n.word, done = n.done, contact = n.contact, mailing = n.mailing, seq = n.seq
  from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::integer[])
       as n (id, number, word, done, contact, mailing, seq)
 where m.id = n.id
