-- Those of a few contacts whom any of the given mailings reached, as delivery_reached says for everybody: for who looks at a page of
-- an audience, and must not look at the whole of a large mailing for it. A contact is looked up by the address it has now; by its
-- number, for which there is no index, only where it was changed since the freeze: its address may have been another one then.
create or replace function delivery_reached_among(p_account integer, p_mailings integer[], p_contacts bigint[])
returns table (contact bigint) language sql stable rows 100 as $$
    with meant as (
        select m.id, m.frozen_at from mailing_mailing m where m.id = any(p_mailings) and m.account_id = p_account
    ), asked as (
        select c.id, c.normal, c.phone, c.updated_at from audience_contact c where c.id = any(p_contacts) and c.account_id = p_account
    ), changed as (
        select m.id as mailing, array_agg(a.id) as contacts
          from asked a join meant m on a.updated_at >= m.frozen_at group by m.id
    ), person as (
        select a.id, r.mailing, r.seq
          from asked a cross join meant m
          join delivery_recipient r on r.mailing = m.id and r.normal = a.normal collate "default" and r.package > 0
        union
        select a.id, r.mailing, r.seq
          from asked a cross join meant m
          join delivery_recipient r on r.mailing = m.id and r.normal = a.phone collate "default" and r.package > 0
        union
        select a.id, r.mailing, r.seq      -- was erased once, and is here again
          from asked a join audience_returned b on b.contact = a.id cross join meant m
          join delivery_recipient r on r.mailing = m.id and r.normal = b.pseudonym collate "default" and r.package > 0
        union
        select r.contact, r.mailing, r.seq
          from changed g join delivery_recipient r on r.mailing = g.mailing and r.contact = any(g.contacts) and r.package > 0
    )
    select p.id from person p
     where exists (select from delivery_outcome o where o.mailing = p.mailing and o.seq = p.seq and o.state in (5, 6))
        or (select o.state from delivery_outcome o where o.mailing = p.mailing and o.seq = p.seq
             order by o.package desc, o.state desc limit 1) = 1
        or exists (select from delivery_package k
                    where k.mailing = p.mailing
                      and k.cursor > k.in_doubt + k.returned + k.deferred + k.skipped + k.accepted + k.delivered + k.bounced
                      and case when k.first_seq is not null then p.seq between k.first_seq and k.first_seq + k.cursor - 1
                               else p.seq = any(k.positions[1 : k.cursor]) end
                      and not exists (select from delivery_outcome o
                                       where o.mailing = p.mailing and o.seq = p.seq and o.package = k.no))
$$;
