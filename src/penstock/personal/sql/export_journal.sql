-- What was done by hand that names this person; not by whom, nor what they wrote about it.
select at, mailing_id as mailing, command, case when command in ('suppress', 'lift_suppression') then data - 'origin' else '{}' end as data
  from mailing_entry
 where account_id = %(account)s and (data::text ~* %(pattern)s or reason ~* %(pattern)s)
 order by id limit 10000
