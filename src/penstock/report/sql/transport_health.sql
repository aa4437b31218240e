-- How the servers of a transport fare, by what senders said of them lately; one that none uses is unused.
select s.id, s.place, s.url,
       case when not s.enabled then 'off'
            when count(h.server) = 0 then 'unused'
            when bool_and(h.state = 'aside') then 'aside'
            when bool_and(h.state = 'sound') then 'sound'
            else 'shaky' end as state,
       count(distinct h.sender) as senders, coalesce(sum(h.open), 0)::integer as open, coalesce(sum(h.busy), 0)::integer as busy,
       coalesce(sum(h.answered), 0)::bigint as answered, min(h.retry_at) as retry_at, last.trouble, last.troubled_at
  from account_transport t
  join account_server s on s.transport_id = t.id
  left join delivery_health h on h.server = s.id and h.beat_at > clock_timestamp() - interval '10 s'
  left join lateral (
       select l.trouble, l.troubled_at from delivery_health l
        where l.server = s.id and l.trouble is not null order by l.troubled_at desc limit 1) last on true
 where t.account_id = %(account)s and t.id = %(transport)s
 group by s.id, last.trouble, last.troubled_at
 order by s.place
