-- The packages of the recipients; where these go at different times (`timed`) they have them already, but for the skipped ones.
insert into delivery_package (mailing, no, kind, state, release_at, planned_at, size, first_seq, cursor, skipped, closed_at)
select mailing, package, case package when 0 then 'skipped' else 'plain' end, case package when 0 then 'done' else 'waiting' end,
       now(), case when package > 0 then now() end, count(*), min(seq), case package when 0 then count(*) else 0 end, case package when 0 then count(*) else 0 end,
       case package when 0 then now() end
  from delivery_recipient
 where mailing = %(mailing)s and (package = 0 or not %(timed)s)
 group by mailing, package
