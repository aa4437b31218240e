insert into audience_import_problem (import_id, line, kind, value, reason)
select %(import)s, c.id - %(base)s, 'duplicate', left(c.address, 200), 'occurs again in line ' || r.last - %(base)s || ', which counts'
  from audience_repeated r join audience_contact c using (id)
 where r.id > %(base)s and r.id <> r.last
    on conflict (import_id, line) do update set kind = excluded.kind, value = excluded.value, reason = excluded.reason
