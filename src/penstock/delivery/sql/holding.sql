-- Mailings that are being sent of which kill switches keep somebody back, or were said to: how many, and the switches, each with its
-- words. Of several domains only those count of which somebody is kept back.
select m.id, m.reason ->> 'code' is not distinct from 'held:kill_switch' as said, n.number,
       case when n.number > 0 then array(
           select to_jsonb(s) || jsonb_build_object('past', coalesce(s.expires_at <= clock_timestamp(), false))
             from delivery_switches(m.id) s
            where s.scope = 'transport' or not w.everything and (cardinality(w.domains) = 1 or s.value in (
                      select delivery_domain(r.contact, r.normal) from delivery_due d join delivery_recipient r using (mailing, seq)
                       where d.mailing = m.id and d.due_at = 'infinity' and d.closed is null))
            order by s.id) else '{}' end as switches
  from mailing_mailing m
 cross join lateral delivery_withheld(m.id) w
 cross join lateral (
       select case when w.everything then (select f.unbegun + f.retrying + f.due_returned + f.due_deferred from delivery_facts(m.id) f)
                   when w.domains <> '{}' then (select count(*) from delivery_due d
                                                 where d.mailing = m.id and d.due_at = 'infinity' and d.closed is null)
                   else 0 end as number) n
 where m.state in ('sending', 'finishing') and (n.number > 0 or m.reason ->> 'code' = 'held:kill_switch')
 order by m.id
