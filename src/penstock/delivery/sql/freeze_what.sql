-- What is to be frozen; `waits`: somebody whom it excludes may still be reached, by what another mailing has on the wire or finishes.
select m.frozen_at is not null, m.account_id,
       mailing_rule(m), coalesce((a.policy ->> 'package_size')::integer, 5000),
       m.plan, a.zone, a.policy || m.options, now(),
       exists (select from mailing_mailing x
                where x.id in (select jsonb_array_elements_text(coalesce(m.audience -> 'not_reached_by', '[]'))::integer)
                  and (x.state = 'cancelling'
                       or exists (select from delivery_package p
                                   where p.mailing = x.id and p.bound and p.state in ('waiting', 'active')))) as waits
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and m.state = 'starting'
