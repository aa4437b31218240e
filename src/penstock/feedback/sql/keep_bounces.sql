insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)
select *, false
  from unnest(%s::integer[], %s::integer[], %s::integer[], %s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::smallint[],
              %s::text[], %s::text[], %s::text[])
on conflict (mailing, seq) do nothing
