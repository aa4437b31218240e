-- Every line but the last with the same address; the id of a staged row is the number of its line.
insert into audience_import_problem (import_id, line, kind, value, reason)
select %(import)s, id, 'duplicate', left(address, 200), 'occurs again in line ' || last || ', which counts'
  from (select id, address, max(id) over (partition by normal) as last from audience_staging) as staged
 where id <> last
    on conflict (import_id, line) do update set kind = excluded.kind, value = excluded.value, reason = excluded.reason
