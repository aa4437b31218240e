-- The contacts of an account that any of the given mailings reached: accepted by the other side, even if bounced later; and, because
-- nobody may get it twice, in doubt and in flight count too. A person is known by the contact, or by the address it has now.
-- Mailings of other accounts reach nobody.
create or replace function delivery_reached(p_account integer, p_mailings integer[]) returns table (contact bigint)
language sql stable rows 10000 as $$
    with meant as (
        select m.id from mailing_mailing m where m.id = any(p_mailings) and m.account_id = p_account
    ), sure as (
        select o.mailing, o.seq from delivery_outcome o where o.mailing in (select id from meant) and o.state in (5, 6)
        union
        select o.mailing, o.seq
          from delivery_outcome o
         where o.mailing in (select id from meant) and o.state = 1
           and not exists (select from delivery_outcome later
                            where later.mailing = o.mailing and later.seq = o.seq
                              and (later.package, later.state) > (o.package, o.state))
        union
        select p.mailing, claimed.seq
          from delivery_package p
         cross join lateral (
               select generate_series(p.first_seq, p.first_seq + p.cursor - 1) where p.first_seq is not null
               union all
               select unnest(p.positions[1 : p.cursor])) as claimed (seq)
         where p.mailing in (select id from meant)
           and p.cursor > p.in_doubt + p.returned + p.deferred + p.skipped + p.accepted + p.delivered + p.bounced
           and not exists (select from delivery_outcome o
                            where o.mailing = p.mailing and o.seq = claimed.seq and o.package = p.no)
    ), person as (
        select r.contact, r.normal from sure join delivery_recipient r using (mailing, seq)
    )
    select c.id from person join audience_contact c on c.id = person.contact where c.account_id = p_account
    union
    select c.id from person join audience_contact c on c.normal = person.normal where c.account_id = p_account
$$;
