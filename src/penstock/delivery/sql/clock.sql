-- What has come to its time, in the order in which it is to happen: an end date goes before a start. Only what the lifecycle would let
-- pass, or nearly so: whoever is asked in vain every second holds up those who are not.
select id, event
  from (
    select m.id, 'end_date' as event, 1 as turn, m.ends_at as since
      from mailing_mailing m
     where m.ends_at <= clock_timestamp() and not (m.state in ('draft', 'sent', 'cancelled', 'expired', 'rejected'))
       and case
           when m.state in ('in_review', 'in_moderation', 'parked', 'scheduled', 'queued') then true
           when m.state = 'sending' then exists (
                select from delivery_package p
                 where p.mailing = m.id and p.state = 'waiting' and p.kind = 'plain' and p.begun_at is null
                   and (p.slot is null or p.slot not in (
                        select b.slot from delivery_package b where b.mailing = m.id and b.slot is not null and b.begun_at is not null)))
             or exists (
                select from delivery_due d
                 where d.mailing = m.id and d.due_at = 'infinity' and d.closed is null and d.why = 'returned')
           when m.state in ('paused', 'interrupted') then (
                select m.frozen_at is null or f.begun_left + f.batch_left - f.due_withheld + f.in_flight + f.due_deferred + f.retrying = 0 from delivery_facts(m.id) f)
           else false end
    union all
    select m.id, case m.state when 'scheduled' then 'due' else 'late' end, 2, m.due_at
      from mailing_mailing m
      join account_account a on a.id = m.account_id
     where m.state in ('in_review', 'in_moderation', 'scheduled') and m.due_at <= clock_timestamp() + interval '26 hours'
       -- At the recipients' local time it starts with the first zone among them.
       and (m.due_at <= clock_timestamp() or m.state = 'scheduled' and m.first_at <= clock_timestamp())
       and (m.state = 'scheduled'
            or coalesce(a.policy ->> 'late_gate', 'hold') <> 'send_on_approval'
               and (coalesce(a.policy ->> 'late_gate', 'hold') <> 'hold' or m.reason ->> 'code' is distinct from 'held:late_gate'))
    union all
    -- The head of each sequence that nobody of it is before.
    select head.id, 'promote', 3, null
      from mailing_queue q
      join account_account a on a.id = q.account_id
     cross join lateral (
           select w.id from unnest(q.mailings) with ordinality as place (id, n) join mailing_mailing w using (id)
            where w.state = 'queued' order by place.n limit 1) head
     where q.mailings <> '{}'
       and not exists (select from mailing_mailing o
                        where o.account_id = q.account_id and o.plan ->> 'kind' = 'sequence'
                          and (o.state in ('starting', 'sending', 'cancelling')
                               or o.state = 'paused' and o.came_from in ('starting', 'sending')
                                  and a.policy ->> 'paused_head' = 'block'))
  ) as come
 order by turn, since, id
