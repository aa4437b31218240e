insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, cursor, skipped, closed_at)
select mailing, package, case package when 0 then 'skipped' else 'plain' end, case package when 0 then 'done' else 'waiting' end,
       now(), count(*), min(seq), case package when 0 then count(*) else 0 end, case package when 0 then count(*) else 0 end,
       case package when 0 then now() end
  from delivery_recipient
 where mailing = %(mailing)s
 group by mailing, package
