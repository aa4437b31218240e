-- The packages of recipients who go all at once; where they go at different times they have them already.
insert into delivery_package (mailing, no, kind, state, release_at, planned_at, size, first_seq)
select mailing, package, 'plain', 'waiting', now(), now(), count(*), min(seq)
  from delivery_recipient
 where mailing = %(mailing)s and package > 0
 group by mailing, package
