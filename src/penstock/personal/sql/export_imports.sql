-- Lines of imported files with this person's address that became no contact of their own.
select i.started_at as at, i.id as import, i.name as file, p.line, p.value, p.reason
  from audience_import i join audience_import_problem p on p.import_id = i.id
 where i.account_id = %(account)s and p.value ~* %(pattern)s
 order by i.id, p.line limit 10000
